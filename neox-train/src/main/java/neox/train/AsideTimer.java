package neox.train;

import java.io.IOException;
import neox.monitor.MetricSink;

/// Times what a run does between its steps: `timers/NAME` of the step that it follows.
record AsideTimer(MetricSink metrics) {
  /// Something that a run may have to do after a step; returns whether it had to.
  @FunctionalInterface
  interface Work {
    boolean after(long step) throws IOException;
  }

  /// Does the work, and records how long it took where there was some.
  void time(String name, long step, Work work) throws IOException {
    long begin = System.nanoTime();
    if (work.after(step)) {
      metrics.scalar("timers/" + name, (System.nanoTime() - begin) / 1e9, step);
      metrics.flush();
    }
  }
}
