package neox.train.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.train.TrainCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Tool.run(
        new TrainCommand(),
        args,
        new ByteArrayInputStream(new byte[0]),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void writesAPageAndSaysWhere() throws IOException {
    Files.writeString(directory.resolve("metrics.jsonl"), "{\"step\":1,\"train/lm_loss\":2}\n");
    Path page = directory.resolve("report.html");
    assertThat(run("report", directory.toString(), "-o", page.toString())).isEqualTo(ExitCode.OK);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .matches("wrote .*report\\.html: \\d+ kB; open it in a browser\n");
    assertThat(page).content().startsWith("<!DOCTYPE html>").contains("train/lm_loss");

    run("report", directory.toString(), "-o", "-");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(Files.readString(page));
  }

  @Test
  void writesNothingWhereThereIsNoRun() {
    Path page = directory.resolve("report.html");
    assertThat(run("report", directory.toString(), "-o", page.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "neox-train: "
                + directory
                + ": expected metrics.jsonl, which neox-train writes into log_dir (or into save"
                + " without one), found none\n");
    assertThat(page).doesNotExist();
  }

  @Test
  void refusesAPortThatIsNone() {
    assertThat(run("serve", directory.toString(), "--port", "70000")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("--port: expected a number from 0 to 65535, found 70000");
  }
}
