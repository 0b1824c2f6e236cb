package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import neox.base.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run's records are its own: no other run changes them, and it goes on writing them itself.
class RunHistoryTest {
  @TempDir Path directory;
  private TrainFixture fixture;
  private Path logs;
  private String[] shared;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
    logs = directory.resolve("logs");
    shared = new String[] {"log_dir=" + logs, "tensorboard_dir=" + directory.resolve("board")};
  }

  @Test
  void aTrialRunLeavesTheRecordsOfAnotherAlone() throws IOException {
    run("first", ExitCode.STOPPED, "exit_interval=7");
    Map<String, byte[]> before = files(logs);
    assertThat(before).containsKeys("metrics.jsonl", "loss.svg", "records.run");

    TrainFixture.Result trial = run("trial", ExitCode.OK, "train_iters=3");
    assertThat(trial.err())
        .contains(logs + " holds the records of another run; this one's go to " + logs + "/run-2\n")
        .contains("wrote " + logs + "/run-2/metrics.jsonl: metrics of every step\n");
    assertThat(steps(logs.resolve("run-2"))).containsExactly(1L, 2L, 3L);
    assertThat(files(logs)).containsAllEntriesOf(before);

    run("first", ExitCode.OK);
    assertThat(steps(logs)).hasSize(12);
    assertThat(steps(logs.resolve("run-2"))).hasSize(3);
    assertThat(directory.resolve("board/run-2")).isDirectoryContaining("glob:**tfevents**");
    assertThat(directory.resolve("board/run-3")).doesNotExist();
  }

  @Test
  void startingAfreshInTheSameDirectoriesIsAnotherRun() throws IOException {
    run("run", ExitCode.OK, "train_iters=2");
    Map<String, byte[]> before = files(logs);
    run("run", ExitCode.OK, "train_iters=2", "finetune=true");
    assertThat(files(logs)).containsAllEntriesOf(before);
    assertThat(steps(logs.resolve("run-2"))).containsExactly(1L, 2L);
  }

  @Test
  void rowsThatAreWrittenAgainAreKeptAside() throws IOException {
    run("run", ExitCode.OK, "train_iters=4");
    String whole = Files.readString(logs.resolve("metrics.jsonl"));
    run("run", ExitCode.OK, "train_iters=4", "iteration=2");
    assertThat(steps(logs)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(Files.readAllLines(logs.resolve("metrics.replaced.jsonl")))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(whole).contains(row + "\n"))
        .anyMatch(row -> row.startsWith("{\"step\":3,"));
  }

  /// As a run is found that was killed between saving and evaluating.
  @Test
  void evaluatesWhatItWasKilledBefore() throws IOException {
    run("run", ExitCode.STOPPED, "exit_interval=5");
    String after5 = evaluations();
    assertThat(after5).containsOnlyOnce("validation/lm_loss\"");
    forgetEvaluations();
    run("run", ExitCode.OK, "train_iters=10", "lr_decay_iters=12");
    String after10 = evaluations();
    assertThat(after10).startsWith(after5).contains("test/lm_loss\"");
    assertThat(after10.lines().filter(row -> row.startsWith("{\"step\":10,"))).hasSize(3);

    forgetEvaluations();
    TrainFixture.Result again = run("run", ExitCode.OK, "train_iters=10", "lr_decay_iters=12");
    assertThat(again.err()).contains("all 10 steps are done already: nothing to do");
    assertThat(after10).isEqualTo(after5 + evaluations());
    assertThat(run("run", ExitCode.OK, "train_iters=10", "lr_decay_iters=12").out()).isEmpty();
  }

  private TrainFixture.Result run(String name, int code, String... overrides) {
    TrainFixture.Result result =
        fixture.run(
            name, Stream.concat(Stream.of(shared), Stream.of(overrides)).toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    return result;
  }

  private String evaluations() throws IOException {
    try (Stream<String> rows = Files.lines(logs.resolve("metrics.jsonl"))) {
      return String.join("\n", rows.filter(RunHistoryTest::isEvaluation).toList()) + "\n";
    }
  }

  private void forgetEvaluations() throws IOException {
    List<String> rows = Files.readAllLines(logs.resolve("metrics.jsonl"));
    rows.removeIf(RunHistoryTest::isEvaluation);
    Files.write(logs.resolve("metrics.jsonl"), rows);
  }

  private static boolean isEvaluation(String row) {
    return row.contains("validation/") || row.contains("test/");
  }

  private static List<Long> steps(Path records) throws IOException {
    try (Stream<String> rows = Files.lines(records.resolve("metrics.jsonl"))) {
      return rows.filter(row -> row.contains("train/lm_loss"))
          .map(row -> Long.valueOf(row.replaceAll("\\{\"step\":(\\d+),.*", "$1")))
          .toList();
    }
  }

  private static Map<String, byte[]> files(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path file : entries.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
