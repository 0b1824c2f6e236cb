package neox.parallel.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class InProcessTest {
  private static final Topology TWO = new Topology(1, 2, 1);

  private static void onTwo(Ranks.RankBody body) {
    Ranks.runInProcess(TWO, Duration.ofMinutes(5), body);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyVerbWorksForEveryNumberOfRanks(int size) {
    Ranks.runInProcess(new Topology(1, size, 1), ranks -> Verbs.check(ranks.data()));
  }

  @Test
  void theVerbsOfAGroupOfOneChangeNothing() {
    Verbs.check(Communicator.alone());
  }

  @Test
  void sumsAreTheSameOnAllRanksAndInRankOrder() {
    Ranks.runInProcess(
        new Topology(1, 4, 1),
        ranks -> {
          try (var _ = Scope.open()) {
            // 1e8 swallows a 1 that comes later, but not the 1 + … that comes before.
            float[] terms = {1, 1e8f, -1e8f, 1};
            Tensor x = torch.full(new long[] {1}, new Scalar(terms[ranks.rank()]));
            ranks.world().allReduce(x, Reduction.SUM);
            assertThat(TensorData.floats(x)).containsExactly(((1 + 1e8f) - 1e8f) + 1);
          }
        });
  }

  @Test
  void aRankThatFailsWakesTheOthers() {
    for (List<String> verb :
        List.of(List.of("barrier"), List.of("send to 1"), List.of("receive from 1"))) {
      AtomicReference<Throwable> seen = new AtomicReference<>();
      assertThatThrownBy(() ->
              onTwo(ranks -> {
                if (!ranks.isFirstOfAll()) {
                  throw new IllegalStateException("boom");
                }
                try {
                  talk(ranks.world(), verb.getFirst());
                } catch (CommunicationException e) {
                  seen.set(e);
                  throw e;
                }
              }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("rank 1 (pipe 0, data 1, tensor 0): java.lang.IllegalStateException: boom")
          .hasRootCauseMessage("boom");
      assertThat(seen.get())
          .hasMessage(
              "rank 0 of group world[0, 1]: %s: rank 1 of the world failed:"
                      .formatted(verb.getFirst())
                  + " java.lang.IllegalStateException: boom");
    }
  }

  private static void talk(Communicator group, String verb) {
    try (var _ = Scope.open()) {
      switch (verb) {
        case "barrier" -> group.barrier();
        case "send to 1" -> group.send(torch.ones(1), 1);
        case "receive from 1" -> group.receive(torch.ones(1), 1);
        default -> throw new IllegalArgumentException(verb);
      }
    }
  }

  @Test
  void failedAssertionsOfARankStayAssertions() {
    assertThatThrownBy(() -> onTwo(ranks -> assertThat(ranks.rank()).as("the rank").isZero()))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("rank 1 (pipe 0, data 1, tensor 0): [the rank]");
  }

  @Test
  void aRankThatLeavesEarlyIsNotWaitedFor() {
    assertThatThrownBy(() ->
            onTwo(ranks -> {
              if (ranks.isFirstOfAll()) {
                ranks.data().barrier();
              }
            }))
        .hasMessageContaining(
            "rank 0 of group data[0, 1]: barrier: rank 1 of the world left the group");
  }

  @Test
  void aSilentRankIsWaitedForAsLongAsTheTimeoutSays() {
    CountDownLatch gaveUp = new CountDownLatch(1);
    assertThatThrownBy(() ->
            Ranks.runInProcess(
                TWO,
                Duration.ofMillis(200),
                ranks -> {
                  if (!ranks.isFirstOfAll()) {
                    gaveUp.await();
                    return;
                  }
                  try {
                    ranks.data().barrier();
                  } finally {
                    gaveUp.countDown();
                  }
                }))
        .hasMessageContaining(
            "rank 0 of group data[0, 1]: barrier: waited 0.200 s for rank 1 of the world, busy,"
                + " stuck or at something else");
  }

  @Test
  void ranksOutOfStepAreToldSo() {
    assertThatThrownBy(() ->
            onTwo(ranks -> {
              try (var _ = Scope.open()) {
                if (ranks.isFirstOfAll()) {
                  ranks.data().allReduce(torch.ones(3), Reduction.SUM);
                } else {
                  ranks.data().broadcast(torch.ones(3), 0);
                }
              }
            }))
        .hasMessageMatching(
            "(?s).*rank . of group data\\[0, 1]: (allReduce SUM of Float\\[3], but rank 1 is at"
                + " broadcast of Float\\[3] from 0|broadcast of Float\\[3] from 0, but rank 0 is at"
                + " allReduce SUM of Float\\[3])");
    assertThatThrownBy(() ->
            onTwo(ranks -> {
              try (var _ = Scope.open()) {
                if (ranks.isFirstOfAll()) {
                  ranks.data().send(torch.ones(3), 1);
                } else {
                  ranks.data().receive(torch.ones(2).to(ScalarType.Double), 0);
                }
              }
            }))
        .hasMessageContaining(
            "rank 1 of group data[0, 1]: receive of Double[2] from 0, which sends Float[3]");
  }

  @Test
  void refusesPeersAndShapesThatCannotBe() {
    try (var _ = Scope.open()) {
      Communicator alone = Communicator.alone();
      assertThatThrownBy(() -> alone.send(torch.ones(1), 1))
          .hasMessage("rank 0 of a group of one knows no rank 1");
      assertThatThrownBy(() -> alone.receive(torch.ones(1), 0))
          .hasMessage("rank 0 of a group of one cannot talk to itself");
      assertThatThrownBy(() -> alone.broadcast(torch.ones(1), -1))
          .hasMessage("rank 0 of a group of one knows no rank -1");
      assertThatThrownBy(() -> alone.allGather(torch.ones(2), torch.ones(1)))
          .hasMessage("1 parts of Float[1] are not a whole of Float[2]");
      assertThatThrownBy(() -> alone.reduceScatter(torch.ones(2), torch.ones(2).to(ScalarType.Int)))
          .hasMessage("1 parts of Float[2] are not a whole of Int[2]");
    }
  }
}
