package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import neox.base.UserException;
import neox.parallel.comm.CommunicationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class RankThreadsTest {
  private static final Topology FOUR = new Topology(2, 1, 2);

  private static String hear(Ranks ranks) {
    return new String(ranks.world().broadcast(new byte[0], 0), StandardCharsets.UTF_8);
  }

  @Test
  void theOthersWorkWhileTheFirstDoes() {
    AtomicInteger heard = new AtomicInteger();
    try (RankThreads threads =
        RankThreads.start(FOUR, ranks -> heard.addAndGet(hear(ranks).length()))) {
      threads.first().world().broadcast("word".getBytes(StandardCharsets.UTF_8), 0);
    }
    assertThat(heard).hasValue(3 * "word".length());
  }

  @Test
  void theFirstEndsWhoWaitsForIt() {
    AtomicInteger begun = new AtomicInteger();
    RankThreads threads =
        RankThreads.start(
            FOUR,
            ranks -> {
              begun.incrementAndGet();
              hear(ranks);
            });
    threads.close();
    assertThat(begun).hasValue(3);
  }

  @Test
  void theFailureOfOneEndsAllAndIsKnown() {
    try (RankThreads threads =
        RankThreads.start(
            FOUR,
            ranks -> {
              if (ranks.isLastStage() && ranks.tensor().isLast()) {
                throw new UserException("no more");
              }
              hear(ranks);
            })) {
      assertThatThrownBy(() -> threads.first().world().barrier())
          .isInstanceOf(CommunicationException.class)
          .hasMessageContaining("rank 3 of the world failed");
      assertThat(threads.failure()).hasValueSatisfying(e -> assertThat(e).hasMessage("no more"));
    }
  }
}
