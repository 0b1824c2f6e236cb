package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BuildProgressTest {
  private final List<String> log = new ArrayList<>();
  private final AtomicLong seconds = new AtomicLong(100);

  @Test
  void saysNothingAboutAShortBuild() {
    BuildProgress progress = progress();
    progress.at("cutting", 1, 2);
    seconds.addAndGet(1);
    progress.at("cutting", 2, 2);
    progress.done(5);
    assertThat(log).isEmpty();
  }

  @Test
  void reportsALongBuildNowAndThen() {
    BuildProgress progress = progress();
    for (int i = 1; i <= 14; i++) {
      seconds.incrementAndGet();
      progress.at("shuffling samples", 1000L * i, 14_000);
    }
    progress.done(14_000);
    assertThat(log)
        .containsExactly(
            "d: building the sample order: shuffling samples, 2,000 of 14,000 (2 s so far)",
            "d: building the sample order: shuffling samples, 12,000 of 14,000 (12 s so far)",
            "d: built the order of 14,000 samples in 14.0 s");
  }

  private BuildProgress progress() {
    return new BuildProgress("d", log::add, () -> TimeUnit.SECONDS.toNanos(seconds.get()));
  }
}
