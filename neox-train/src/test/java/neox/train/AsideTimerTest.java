package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import neox.monitor.MetricSink;
import org.junit.jupiter.api.Test;

class AsideTimerTest {
  private final List<String> recorded = new ArrayList<>();

  private final AsideTimer timer =
      new AsideTimer(
          new MetricSink() {
            @Override
            public void scalar(String name, double value, long step) {
              assertThat(value).isNotNegative();
              recorded.add(name + " of step " + step);
            }

            @Override
            public void text(String name, String value) {}

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });

  /// On a machine with other things to do even nothing takes a while.
  @Test
  void whatIsNotDueIsNotRecordedHoweverLongThatTakes() throws IOException {
    timer.time(
        "evaluation",
        3,
        step -> {
          long end = System.nanoTime() + 5_000_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          return false;
        });
    assertThat(recorded).isEmpty();
  }

  @Test
  void whatIsDueIsRecordedHoweverShortItIs() throws IOException {
    timer.time("save", 4, step -> step == 4);
    assertThat(recorded).containsExactly("timers/save of step 4");
  }
}
