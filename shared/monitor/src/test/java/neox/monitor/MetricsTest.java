package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final List<String> calls = new ArrayList<>();

  @Test
  void passesEverythingToEverySink() throws IOException {
    try (MetricSink both =
        Metrics.of(List.of(new Recording("a", false), new Recording("b", false)))) {
      both.scalar("x", 1.5, 3);
      both.text("t", "v");
      both.flush();
    }
    assertThat(calls)
        .containsExactly(
            "a x=1.5@3", "b x=1.5@3", "a t:v", "b t:v", "a flush", "b flush", "a close", "b close");
  }

  @Test
  void closesTheOthersWhenOneFails() {
    MetricSink both = Metrics.of(List.of(new Recording("a", true), new Recording("b", true)));
    assertThatThrownBy(both::close)
        .isInstanceOf(IOException.class)
        .hasMessage("a is full")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(calls).containsExactly("a close", "b close");
  }

  private final class Recording implements MetricSink {
    private final String name;
    private final boolean failing;

    Recording(String name, boolean failing) {
      this.name = name;
      this.failing = failing;
    }

    @Override
    public void scalar(String metric, double value, long step) {
      calls.add(name + " " + metric + "=" + value + "@" + step);
    }

    @Override
    public void text(String metric, String value) {
      calls.add(name + " " + metric + ":" + value);
    }

    @Override
    public void flush() {
      calls.add(name + " flush");
    }

    @Override
    public void close() throws IOException {
      calls.add(name + " close");
      if (failing) {
        throw new IOException(name + " is full");
      }
    }
  }
}
