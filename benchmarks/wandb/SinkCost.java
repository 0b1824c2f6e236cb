import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.wandb.Asked;
import neox.wandb.Login;
import neox.wandb.Pace;
import neox.wandb.WandbRun;

/// Times what it costs to tell W&B of a step: 16 numbers and a line of the log, flushed twice as
/// training does. Prints microseconds of the thread that trains, and of all threads of the process
/// until everything has been sent; the best of four rounds each.
/// Arguments: a directory, the server's address, its key.
final class SinkCost {
  private static final int STEPS = 5_000;
  private static final int ROUNDS = 4;

  public static void main(String[] args) throws IOException {
    double thread = Double.MAX_VALUE;
    double process = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      Path directory = Files.createDirectory(Path.of(args[0]).resolve("round" + round));
      long threadBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      long processBefore = processNanos();
      long threadAfter;
      try (WandbRun run = open(directory, "round" + round, args[1], args[2])) {
        for (int step = 1; step <= STEPS; step++) {
          for (int i = 0; i < 16; i++) {
            run.scalar("timers/a name of number " + i, step + 0.123456789, step);
          }
          run.flush();
          run.flush();
          run.printed(false, "iteration " + step + " of " + STEPS + ", lm_loss: 1.234567E+00");
        }
        threadAfter = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        run.ends(0, false);
      }
      thread = Math.min(thread, (threadAfter - threadBefore) / 1e3 / STEPS);
      process = Math.min(process, (processNanos() - processBefore) / 1e3 / STEPS);
    }
    System.out.printf(Locale.ROOT, "%.1f %.1f%n", thread, process);
  }

  private static WandbRun open(Path directory, String id, String server, String key)
      throws IOException {
    Map<String, String> environment =
        Map.of("HOME", directory.toString(), "WANDB_BASE_URL", server, "WANDB_API_KEY", key);
    Asked asked =
        new Asked(
            Optional.of(true),
            Optional.empty(),
            Optional.empty(),
            Optional.of("neox"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    PrintStream out = new PrintStream(OutputStream.nullOutputStream());
    Console console = new Console(InputStream.nullInputStream(), out, out, false, false);
    return WandbRun.open(
        Login.of(asked, id, environment).orElseThrow(),
        new WandbRun.About(directory, "neox-train", Map.of()),
        new WandbRun.Around(console, environment, Pace.USUAL, () -> {}));
  }

  private static long processNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
