package neox.wandb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import neox.base.Console;
import neox.wandb.fixture.WandbServer;

/// A run in a hurry: its pace is a thousand times W&B's.
final class Trial {
  static final Pace FAST =
      new Pace(
          Duration.ofMillis(5),
          Duration.ofMillis(40),
          Duration.ofMillis(10),
          Duration.ofMillis(2),
          Duration.ofMillis(20),
          Duration.ofSeconds(20));

  final Path directory;
  final Map<String, String> environment = new HashMap<>();
  final AtomicInteger stops = new AtomicInteger();
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  final Console console;
  Pace pace = FAST;
  Map<String, Object> config = Map.of("lr", 6e-4, "optimizer", Map.of("type", "Adam"));

  Trial(Path directory, WandbServer server) {
    this(
        directory,
        Map.of(
            "HOME",
            directory.toString(),
            "WANDB_BASE_URL",
            server.address(),
            "WANDB_API_KEY",
            WandbServer.KEY));
  }

  Trial(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment.putAll(environment);
    PrintStream stream = new PrintStream(text, true, StandardCharsets.UTF_8);
    console = new Console(new ByteArrayInputStream(new byte[0]), stream, stream, false, false);
  }

  /// What was printed.
  String printed() {
    return text.toString(StandardCharsets.UTF_8);
  }

  static Asked asked() {
    return new Asked(
        Optional.of(true),
        Optional.empty(),
        Optional.empty(),
        Optional.of("neox"),
        Optional.of("first"),
        Optional.of("trials"),
        Optional.empty());
  }

  WandbRun open() throws IOException {
    return WandbRun.open(
        Login.of(asked(), "run0", environment).orElseThrow(),
        new WandbRun.About(directory, "neox-train", config),
        new WandbRun.Around(console, environment, pace, stops::incrementAndGet));
  }

  /// Records steps, each flushed twice as training does.
  static void record(WandbRun run, long first, long last) throws IOException {
    for (long step = first; step <= last; step++) {
      run.scalar("train/lm_loss", 10.0 / step, step);
      run.flush();
      run.scalar("runtime/steps_per_sec", (double) step, step);
      run.flush();
      run.printed(false, "iteration " + step);
    }
  }

  /// A whole run of these steps.
  void run(long first, long last) throws IOException {
    try (WandbRun run = open()) {
      record(run, first, last);
      run.ends(0, false);
    }
  }

  SyncRun.Report sync() throws IOException, InterruptedException {
    SyncRun sync = new SyncRun(console, environment, pace, Thread::sleep);
    return sync.send(onlyRun());
  }

  Path onlyRun() throws IOException {
    List<Path> runs = RunPaths.below(directory);
    if (runs.size() != 1) {
      throw new IllegalStateException("runs: " + runs);
    }
    return runs.getFirst();
  }
}
