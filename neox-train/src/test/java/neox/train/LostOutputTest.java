package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import neox.base.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Training is worth as much without a reader of its log. What the shell does with the streams is
/// what users do with them.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LostOutputTest {
  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void goesOnWhenTheReaderOfItsLogHasLeft() throws Exception {
    assertTrains("{ \"$@\" 2> err.txt; echo $? > code.txt; } | head -n 1");
    assertThat(directory.resolve("err.txt"))
        .content()
        .containsOnlyOnce(
            "warning: standard output: Broken pipe; nothing more is printed there, the work goes on");
  }

  @Tag("slow")
  @Test
  void goesOnWithoutStandardOutputAndStandardError() throws Exception {
    assertTrains("\"$@\" >&- 2>&-; echo $? > code.txt");
  }

  private void assertTrains(String line) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
    command.addAll(TrainProcess.command(fixture.arguments("run", "train_iters=6")));
    Process shell =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(shell.waitFor()).isZero();
    assertThat(directory.resolve("code.txt")).hasContent(String.valueOf(ExitCode.OK));
    assertThat(directory.resolve("run/latest")).hasContent("global_step6");
    try (var rows = Files.lines(directory.resolve("run/metrics.jsonl"))) {
      assertThat(rows.filter(row -> row.contains("train/lm_loss"))).hasSize(6);
    }
  }
}
