package neox.preprocess;

import static neox.preprocess.Packed.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import neox.preprocess.command.PreprocessCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to the process from outside: a signal, a disk that is full.
class InterruptedProcessTest {
  private static final int ROWS = 40_000;
  private static final int STOPPED = 75;

  @TempDir Path directory;

  @Test
  void savesEverythingWhenItIsAskedToStop() throws Exception {
    byte[] rows = rows();
    Path expected = expected(rows);
    Process process = start("exec", "--input", "-", "--log-interval", "1000");
    List<String> said = new ArrayList<>();
    try (OutputStream to = process.getOutputStream();
        BufferedReader err = process.errorReader()) {
      to.write(rows); // more than a chunk
      to.flush();
      said.add(err.readLine()); // some are written; the end of the input never comes
      process.toHandle().destroy();
      err.lines().forEach(said::add);
    }
    assertThat(process.waitFor()).as(said.toString()).isEqualTo(STOPPED);
    assertThat(said)
        .contains("SIGTERM: stopping after this step (Ctrl-C twice: at once, unsaved)")
        .last()
        .asString()
        .matches(
            "stopped after [\\d,]+ documents, which are kept in "
                + work()
                + "; give the same command with --resume to go on");
    assertThat(Run.files(directory)).containsExactly("expected", "out.partial");
    assertThat(Run.bytesOf(rows, directory, "-", "--resume").exitCode()).isZero();
    assertSame(expected);
  }

  /// A limit on the size of files fails as a full disk does, and needs no disk.
  @Test
  void namesTheFileThatTheDiskHasNoRoomForAndGoesOnWhenThereIs() throws Exception {
    byte[] rows = rows();
    Path expected = expected(rows);
    Path input = Files.write(directory.resolve("a.jsonl"), rows);
    Process process = start("ulimit -f 300; exec", "--input", input.toString());
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said)
        .isEqualTo("neox-preprocess: %s/out_text_document.bin: File too large\n".formatted(work()));
    assertThat(Run.files(directory)).containsExactly("a.jsonl", "expected");
    assertThat(Run.bytes(directory, input.toString()).exitCode()).isZero();
    assertSame(expected);
  }

  /// The first 64 MiB are saved when the disk fills.
  @Test
  void keepsWhatWasSavedBeforeTheDiskFilledAndGoesOnFromThere() throws Exception {
    Path input = directory.resolve("a.jsonl");
    try (OutputStream rows = new BufferedOutputStream(Files.newOutputStream(input))) {
      for (int i = 0; i < 72_000; i++) {
        rows.write(utf8("\"row " + i + " " + "x".repeat(1000) + "\"\n"));
      }
    }
    Path expected = Files.createDirectory(directory.resolve("expected"));
    assertThat(Run.bytes(expected, input.toString()).exitCode()).isZero();
    Process process = start("ulimit -f 140000; exec", "--input", input.toString());
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said).contains("%s/out_text_document.bin: File too large\n".formatted(work()));
    assertThat(Run.files(directory)).contains("out.partial");
    assertThat(Run.bytes(directory, input.toString(), "--resume").exitCode()).isZero();
    assertSame(expected);
    assertThat(Run.files(directory)).doesNotContain("out.partial");
  }

  private Path work() {
    return directory.resolve("out.partial");
  }

  private static byte[] rows() {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      rows.append("\"row ").append(i).append("\"\n");
    }
    return utf8(rows.toString());
  }

  private Path expected(byte[] rows) throws IOException {
    Path expected = Files.createDirectory(directory.resolve("expected"));
    assertThat(Run.bytesOf(rows, expected, "-").exitCode()).isZero();
    return expected;
  }

  private void assertSame(Path expected) throws IOException {
    for (String file : List.of("out_text_document.bin", "out_text_document.idx")) {
      assertThat(Files.mismatch(expected.resolve(file), directory.resolve(file)))
          .as(file)
          .isEqualTo(-1);
    }
  }

  /// The tool in a process of its own.
  ///
  /// @param shell what a shell does before
  private Process start(String shell, String... arguments) throws IOException {
    List<String> tool =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            PreprocessCommand.class.getName(),
            "--tokenizer-type",
            "CharLevelTokenizer",
            "--output-prefix",
            directory.resolve("out").toString());
    List<String> command = new ArrayList<>(List.of("bash", "-c", shell + " \"$@\"", "bash"));
    Stream.concat(tool.stream(), Stream.of(arguments)).forEach(command::add);
    return new ProcessBuilder(command).start();
  }
}
