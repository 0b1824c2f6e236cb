package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final List<String> calls = new ArrayList<>();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
  private final Console console =
      new Console(InputStream.nullInputStream(), print, print, false, false);

  @Test
  void passesEverythingToEverySink() {
    try (Metrics both =
        Metrics.of(List.of(new Recording("a", false), new Recording("b", false)), console)) {
      both.scalar("x", 1.5, 3);
      both.text("t", "v");
      both.flush();
    }
    assertThat(calls)
        .containsExactly(
            "a x=1.5@3", "b x=1.5@3", "a t:v", "b t:v", "a flush", "b flush", "a close", "b close");
  }

  @Test
  void goesOnWhenASinkFailsAndSaysSoOnce() {
    Metrics both = Metrics.of(List.of(new Recording("a", true), new Recording("b", true)), console);
    both.flush();
    both.flush();
    both.close();
    assertThat(calls)
        .containsExactly("a flush", "b flush", "a flush", "b flush", "a close", "b close");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            warning: a is full; the run goes on, its metrics may be incomplete
            warning: b is full; the run goes on, its metrics may be incomplete
            """);
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
    public void flush() throws IOException {
      calls.add(name + " flush");
      fail();
    }

    @Override
    public void close() throws IOException {
      calls.add(name + " close");
      fail();
    }

    private void fail() throws IOException {
      if (failing) {
        throw new IOException(name + " is full");
      }
    }
  }
}
