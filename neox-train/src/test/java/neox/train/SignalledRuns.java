package neox.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.json.Json;

/// A process that trains again and again, gets SIGTERM at a named moment each time, and goes on
/// with the same command. Prints a line for each moment; fails where a run does not end with exit
/// code 75, or not in the bytes and numbers of a run that nobody disturbed.
///
/// A process of its own, since a signal that came too late would end it.
final class SignalledRuns {
  private static final int LAST = 10;
  private static final int MOST_ATTEMPTS = 20;
  private static final String[] RUN = {
    "train_iters=10", "lr_decay_iters=10", "eval_interval=5", "eval_iters=8", "eval_on_startup=true"
  };

  private static final List<SignalPoint> POINTS =
      List.of(
          SignalPoint.of("making the network", "Network.initialize"),
          SignalPoint.of("evaluation before the first step", "Evaluations.atStart"),
          SignalPoint.of(
              "first save",
              "CheckpointStore.write",
              "extra_save_iters=[0]",
              "checkpoint_factor=99"),
          SignalPoint.of("reading a batch", "BatchFeed.get Trainer.step"),
          SignalPoint.of("forward", "NetworkStage.forward Trainer.step"),
          SignalPoint.of("backward", "NetworkStage.backward"),
          SignalPoint.of("optimizer step", "Optimizer.step"),
          SignalPoint.of("evaluation", "Evaluations.after"),
          SignalPoint.of("save", "CheckpointStore.write"),
          SignalPoint.of(
              "deletion of old checkpoints", "CheckpointStore.retain", "keep_last_n_checkpoints=1"),
          SignalPoint.of("asynchronous write", "CheckpointStore.write", "async_save=true")
              .in("checkpoint-writer"),
          SignalPoint.of("evaluation after the last step", "Evaluations.validateAtEnd"),
          SignalPoint.of("evaluation on the test split", "Evaluations.testAtEnd"),
          SignalPoint.of("loading the model", "Network.load"));

  /// What would go on for minutes or longer, and must be given up.
  private static final List<SignalPoint> LONG =
      List.of(
          SignalPoint.of(
              "building the order of samples", "BuildProgress.at", "train_iters=5000000"),
          SignalPoint.of("a long evaluation", "Evaluator.measure", "eval_iters=100000"));

  private final Path directory;
  private final TrainFixture fixture;
  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  private SignalledRuns(Path directory) throws IOException {
    this.directory = directory;
    this.fixture = new TrainFixture(directory);
  }

  public static void main(String[] args) throws Exception {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Console silent = new Console(InputStream.nullInputStream(), nowhere, nowhere, false, true);
    try (StopRequest _ = StopRequest.listen(silent)) { // for signals that come too late
      run(new SignalledRuns(Path.of(args[0])));
    }
    System.exit(0);
  }

  private static void run(SignalledRuns runs) throws Exception {
    runs.require(runs.fixture.run("undisturbed", RUN), ExitCode.OK, "undisturbed");
    for (SignalPoint point : POINTS) {
      runs.stopAndGoOn(point);
    }
    for (SignalPoint point : LONG) {
      runs.out.printf("%s: given up%n", runs.stop(point, "long"));
    }
  }

  private void stopAndGoOn(SignalPoint point) throws Exception {
    String run = point.name().replace(' ', '-');
    String[] command = overrides(point);
    prepare(point, run);
    String stopped = stop(point, run);
    require(fixture.run(run, command), ExitCode.OK, point.name());
    requireSame(run, point.name());
    out.printf(
        "%s, went on: %d files and all losses the same%n",
        stopped, fixture.checkpoint(run, LAST).size());
  }

  /// What must be there before the moment can come.
  private void prepare(SignalPoint point, String run) {
    if (point.frames().contains("Network.load")) {
      List<String> part = new ArrayList<>(Arrays.asList(overrides(point)));
      part.add("exit_interval=4");
      require(fixture.run(run, part.toArray(String[]::new)), ExitCode.STOPPED, point.name());
    }
  }

  private static String[] overrides(SignalPoint point) {
    return Stream.concat(Arrays.stream(RUN), point.overrides().stream()).toArray(String[]::new);
  }

  /// Where the watching thread was too late, because the machine has other things to do, the run
  /// has ended undisturbed, and counts for nothing.
  private String stop(SignalPoint point, String run) throws Exception {
    TrainFixture.Result result = disturb(point, run);
    for (int attempt = 1; attempt < MOST_ATTEMPTS && isUndisturbed(result); attempt++) {
      AtomicDirectory.deleteTree(directory.resolve(run));
      prepare(point, run);
      result = disturb(point, run);
    }
    require(result, ExitCode.STOPPED, point.name());
    String told =
        result.err().lines().filter(line -> line.startsWith("stopped ")).findFirst().orElseThrow();
    return "%s: %s".formatted(point.name(), told.replaceFirst("; run the same.*", ""));
  }

  private TrainFixture.Result disturb(SignalPoint point, String run) throws InterruptedException {
    Thread watch = point.watch();
    TrainFixture.Result result = fixture.run(run, overrides(point));
    watch.interrupt();
    watch.join();
    return result;
  }

  /// No signal was heard, or when all work was done.
  private static boolean isUndisturbed(TrainFixture.Result result) {
    int heard = result.err().indexOf("SIGTERM");
    return result.code() == ExitCode.OK
        && (heard < 0 || result.err().lastIndexOf("saved ") < heard);
  }

  private void require(TrainFixture.Result result, int code, String what) {
    if (result.code() != code) {
      throw new IllegalStateException(
          "%s: exit code %d, expected %d%n%s".formatted(what, result.code(), code, result.err()));
    }
  }

  private void requireSame(String run, String what) throws IOException {
    Map<String, byte[]> expected = fixture.checkpoint("undisturbed", LAST);
    Map<String, byte[]> actual = fixture.checkpoint(run, LAST);
    boolean same =
        expected.keySet().equals(actual.keySet())
            && expected.entrySet().stream()
                .allMatch(file ->
                    Arrays.equals(
                        file.getValue(), Objects.requireNonNull(actual.get(file.getKey()))));
    List<String> losses = losses(run);
    if (!same || !losses.equals(losses("undisturbed"))) {
      throw new IllegalStateException(
          "%s: other bytes or losses: %s, expected %s"
              .formatted(what, losses, losses("undisturbed")));
    }
  }

  /// Everything recorded but the speed.
  private List<String> losses(String run) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve(run).resolve("metrics.jsonl"))) {
      if (Json.parse(line, "metrics") instanceof ObjectNode row && row.has("step")) {
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        names.stream().filter(Records::isOfTheMachine).forEach(row::remove);
        if (row.size() > 1) { // more than the step
          rows.add(row.toString());
        }
      }
    }
    return rows;
  }
}
