package neox.train;

import java.io.IOException;
import neox.monitor.MetricSink;

/// Times what a run does between its steps: `timers/NAME` of the step that it follows. What takes
/// less than a millisecond was asked for and not due.
record AsideTimer(MetricSink metrics) {
  private static final double LEAST_SECONDS = 1e-3;

  /// Something that a run does after a step.
  @FunctionalInterface
  interface Body {
    void run() throws IOException;
  }

  void time(String name, long step, Body body) throws IOException {
    long begin = System.nanoTime();
    body.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (seconds >= LEAST_SECONDS) {
      metrics.scalar("timers/" + name, seconds, step);
      metrics.flush();
    }
  }
}
