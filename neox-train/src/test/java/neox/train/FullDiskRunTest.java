package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A disk that fails, played by the shell's limit on the size of files.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FullDiskRunTest {
  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void unpackNativeLibraries() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Tag("slow")
  @Test
  void goesOnWithoutItsRecordsAndSaysSoOnce() throws Exception {
    Path logs = directory.resolve("logs");
    String printed =
        run(ExitCode.OK, 4, "save=", "load=", "log_dir=" + logs, "tensorboard_dir=" + logs);
    assertThat(printed).contains("iteration       12/      12");
    for (String file : List.of("metrics.jsonl: ", "tfevents")) {
      assertThat(printed.lines().filter(line -> line.contains(file) && line.contains("too large")))
          .as(file)
          .hasSize(1)
          .allMatch(line -> line.endsWith("; the run goes on, its metrics may be incomplete"));
    }
    assertThat(printed)
        .containsOnlyOnce("warning: the copy of the log in log_dir is incomplete: " + logs)
        .doesNotContain("records of another run");
  }

  @ParameterizedTest
  @ValueSource(strings = "async_save=true")
  @SlowRows("async_save=false")
  void triesASaveASecondTimeBeforeItGivesUp(String async) throws Exception {
    Path save = directory.resolve("run");
    String printed = run(ExitCode.FAILED, 40, "checkpoint_factor=3", async);
    String reason = " could not be saved: .*; there is no checkpoint to go back to";
    assertThat(printed)
        .containsPattern(
            "warning: "
                + save
                + "/global_step3"
                + reason
                + "; the run goes on and tries again at the next save\n")
        .containsPattern("neox-train: " + save + "/global_step6" + reason + "\n")
        .doesNotContain("\tat ");
    try (var entries = Files.list(save)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "journal.jsonl", "metrics.jsonl", "neox-train.lock", "neox-train.run", "records.run");
    }
  }

  /// @param kilobytes that a file may have
  private String run(int code, int kilobytes, String... overrides) throws Exception {
    String line = "ulimit -f %d; exec \"$@\"".formatted(2 * kilobytes);
    List<String> command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
    command.addAll(TrainProcess.command(fixture.arguments("run", overrides)));
    Path printed = directory.resolve("printed.txt");
    // What is printed goes through a pipe: the limit would hold for a file, too.
    Process shell = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = shell.getInputStream()) {
      Files.copy(output, printed);
    }
    assertThat(shell.waitFor()).as(Files.readString(printed)).isEqualTo(code);
    return Files.readString(printed);
  }
}
