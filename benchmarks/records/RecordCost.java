import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import neox.base.Console;
import neox.base.process.ProcessMemory;
import neox.monitor.JsonlMetrics;
import neox.monitor.MetricSink;
import neox.monitor.Metrics;
import neox.monitor.TensorBoardEvents;
import neox.tensor.NativeRuntime;
import neox.tensor.OperatorListener;
import neox.tensor.Scope;
import neox.train.loop.StepClock;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Times what records cost a step. The best of five rounds each, processor time of the thread.
final class RecordCost {
  private static final int ROUNDS = 5;

  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    Path directory = Path.of(args[0]);
    StepClock clock = new StepClock();
    tell("a part of a step on the clock, ns", 1e9, 1_000_000, n -> {
      for (int i = 0; i < n; i++) {
        clock.during(StepClock.Part.FORWARD, () -> {});
      }
    });
    List<String> names =
        IntStream.range(0, 16).mapToObj(i -> "timers/a name of number " + i).toList();
    tell("16 numbers of a step, in both files and flushed, µs", 1e6, 2_000, n -> {
      PrintStream out = new PrintStream(OutputStream.nullOutputStream());
      Console console = new Console(InputStream.nullInputStream(), out, out, false, false);
      List<MetricSink> sinks = new ArrayList<>();
      sinks.add(JsonlMetrics.open(directory.resolve("metrics.jsonl"), 0));
      sinks.add(TensorBoardEvents.open(directory, 0));
      try (Metrics metrics = Metrics.of(sinks, console)) {
        for (int step = 1; step <= n; step++) {
          for (String name : names) {
            metrics.scalar(name, step + 0.123456789, step);
          }
          metrics.flush();
        }
      }
    });
    tell("memory of the process, µs", 1e6, 2_000, n -> {
      for (int i = 0; i < n; i++) {
        ProcessMemory.now();
      }
    });
    Tensor x = torch.ones(1);
    double plain = seconds(20_000, n -> operators(x, n));
    double heard;
    try (var _ = OperatorListener.to(new Nothing())) {
      heard = seconds(20_000, n -> operators(x, n));
    }
    double after = seconds(20_000, n -> operators(x, n));
    System.out.printf(
        Locale.ROOT,
        "an operator, µs: %.2f; while a profile is recorded %.2f; afterwards %.2f%n",
        plain * 1e6, heard * 1e6, after * 1e6);
  }

  private static void operators(Tensor x, int count) {
    try (var _ = Scope.open()) {
      for (int i = 0; i < count; i++) {
        x.neg_();
      }
    }
  }

  private interface Work {
    void run(int times) throws IOException;
  }

  private static void tell(String what, double unit, int times, Work work) throws IOException {
    System.out.printf(Locale.ROOT, "%s: %.2f%n", what, seconds(times, work) * unit);
  }

  private static double seconds(int times, Work work) throws IOException {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    double best = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = threads.getCurrentThreadCpuTime();
      work.run(times);
      best = Math.min(best, (threads.getCurrentThreadCpuTime() - begin) / 1e9 / times);
    }
    return best;
  }

  private static final class Nothing implements OperatorListener.Listener {
    @Override
    public void began(OperatorListener.Kind kind, String name) {}

    @Override
    public void ended() {}
  }
}
