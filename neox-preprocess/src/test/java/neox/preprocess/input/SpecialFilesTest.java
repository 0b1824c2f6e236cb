package neox.preprocess.input;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.members;
import static neox.preprocess.Packed.tar;
import static neox.preprocess.Packed.utf8;
import static neox.preprocess.Packed.xz;
import static neox.preprocess.Packed.zip;
import static neox.preprocess.Packed.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.preprocess.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `--input` may name beside regular files.
class SpecialFilesTest {
  private static final byte[] ROWS = utf8("{\"text\": \"one\"}\n\"two\"\n");

  @TempDir Path directory;
  private Path out;

  @BeforeEach
  void makeOutputDirectory() throws IOException {
    out = Files.createDirectory(directory.resolve("out"));
  }

  @Test
  void readsAPipeByItsNameOrByItsFirstBytes() throws Exception {
    Map<String, byte[]> pipes = new LinkedHashMap<>();
    pipes.put("63", ROWS);
    pipes.put("zst", zstd(ROWS));
    pipes.put("gz", gzip(ROWS));
    pipes.put("xz", xz(ROWS));
    pipes.put("a.jsonl", ROWS);
    pipes.put("b.jsonl", gzip(ROWS));
    pipes.put("a.jsonl.zst", zstd(ROWS));
    pipes.put("a.gz", gzip(utf8("one\ntwo")));
    pipes.put("a.tar.gz", gzip(tar(members("a", "one", "b", "two"))));
    for (Map.Entry<String, byte[]> pipe : pipes.entrySet()) {
      Run run = ofPipe(pipe.getKey(), pipe.getValue(), "--overwrite");
      assertThat(run.exitCode()).as(pipe.getKey() + run.err()).isZero();
      assertThat(Run.documents(out, "text"))
          .as(pipe.getKey())
          .allMatch(text -> text.strip().matches("one|two"))
          .hasSize(2);
    }
  }

  @Test
  void namesAPipeInMessagesAboutItsRows() throws Exception {
    Run run = ofPipe("63", utf8("\"one\"\n7\n"));
    assertThat(run.err())
        .isEqualTo(
            "neox-preprocess: %s:2: expected a JSON string or object, found a number\n"
                .formatted(directory.resolve("63")));
    byte[] whole = zstd(ROWS);
    run = ofPipe("a.jsonl.zst", java.util.Arrays.copyOf(whole, whole.length - 1));
    assertThat(run.err())
        .isEqualTo(
            "neox-preprocess: %s: damaged or cut short after line 1: it ends inside a zstd frame\n"
                .formatted(directory.resolve("a.jsonl.zst")));
  }

  @Test
  void goesOnWithAPipeThatBringsTheSameRowsOnceMore() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      rows.append("\"row ").append(i).append("\"\n");
    }
    // A bad row near the end, with something saved before, stands for any interruption.
    String bad = rows + "7\n";
    String good = rows + "\"last\"\n";
    Path expected = Files.createDirectory(directory.resolve("expected"));
    assertThat(Run.bytesOf(utf8(good), expected, "-").exitCode()).isZero();
    assertThat(ofPipe("63", utf8(bad)).exitCode()).isEqualTo(2);
    assertThat(ofPipe("63", utf8(good), "--resume").exitCode()).isZero();
    assertThat(
            Files.mismatch(
                expected.resolve("out_text_document.bin"), out.resolve("out_text_document.bin")))
        .isEqualTo(-1);
  }

  @Test
  void refusesWhatIsReadFromItsEndWhereThereIsNone() throws Exception {
    for (String name : List.of("a.parquet", "a.zip")) {
      Path pipe = pipe(name);
      assertThat(Run.bytes(out, pipe.toString()).err())
          .isEqualTo(
              "neox-preprocess: %s: a pipe, but this format is read from its end; write it to a"
                      .formatted(pipe)
                  + " file and give that\n");
    }
    String endless =
        " is read from its end, which a stream does not have; write it to a file and give that\n";
    byte[] zip = zip(members("a", "one"));
    assertThat(Run.bytesOf(zip, out, "-").err())
        .isEqualTo("neox-preprocess: stdin: a zip" + endless);
    assertThat(ofPipe("63", utf8("PAR1....")).err())
        .isEqualTo("neox-preprocess: " + directory.resolve("63") + ": Parquet" + endless);
  }

  @Test
  void refusesToDivideAPipe() throws Exception {
    Path pipe = pipe("a.jsonl");
    assertThat(Run.bytes(out, pipe.toString(), "--shard", "0/2").err())
        .isEqualTo("neox-preprocess: --shard 0/2: " + pipe + " cannot be divided; give files\n");
  }

  @Test
  void refusesByNameWhatHoldsNoText() throws Exception {
    assertRefused("/dev/zero", "expected a file or a pipe of text, found a device");
    assertRefused("/dev/full", "expected a file or a pipe of text, found a device");
    Path link = directory.resolve("circle.jsonl");
    Files.createSymbolicLink(link, link);
    assertRefused(link.toString(), "a symbolic link that leads in a circle");
    Path zero = Files.createSymbolicLink(directory.resolve("z.jsonl"), Path.of("/dev/zero"));
    assertRefused(zero.toString(), "expected a file or a pipe of text, found a device");
    Path gone = Files.createSymbolicLink(directory.resolve("g.jsonl"), Path.of("nowhere"));
    assertRefused(gone.toString(), "no such file or directory at the end of this symbolic link");
    assertRefused(directory.resolve("none.jsonl").toString(), "no such file or directory");
    Path file = Files.write(directory.resolve("a.jsonl"), ROWS);
    assertRefused(file.resolve("b.jsonl").toString(), "no such file or directory");
  }

  @Test
  void replacesNoDeviceByTheListOfSkippedRows() throws Exception {
    Path file = Files.write(directory.resolve("a.jsonl"), ROWS);
    Run run = Run.bytes(out, file.toString(), "--on-error=skip", "--error-report", "/dev/full");
    assertThat(run.err())
        .isEqualTo(
            "neox-preprocess: /dev/full: expected a file to list skipped rows in, found a device\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  /// A run that stops at a bad row lists none.
  @Test
  void leavesAFileAloneThatHasTheNameOfAListItDoesNotMake() throws Exception {
    Path file = Files.write(directory.resolve("a.jsonl"), ROWS);
    Path earlier = Files.writeString(out.resolve("out_skipped.jsonl"), "worth keeping");
    assertThat(Run.bytes(out, file.toString()).exitCode()).isZero();
    assertThat(earlier).hasContent("worth keeping");
    Run run = Run.bytes(out, file.toString(), "--overwrite", "--error-report", earlier.toString());
    assertThat(run.err())
        .isEqualTo(
            "neox-preprocess: --error-report lists what --on-error skip leaves out; give both\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(earlier).hasContent("worth keeping");
    assertThat(Run.bytes(out, file.toString(), "--on-error=skip", "--overwrite").exitCode())
        .isZero();
    assertThat(earlier).as("its own, and nothing was left out").doesNotExist();
  }

  @Test
  void passesOverNothingInADirectoryThatItsNameSaysIsText() throws Exception {
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    Files.write(corpus.resolve("a.jsonl"), ROWS);
    Files.createDirectory(corpus.resolve("folder.jsonl"));
    Files.createSymbolicLink(corpus.resolve("notes"), Path.of("nowhere"));
    assertThat(Run.bytes(out, corpus.toString()).exitCode()).isZero();
    Path gone = Files.createSymbolicLink(corpus.resolve("b.jsonl"), Path.of("nowhere"));
    assertThat(Run.bytes(out, corpus.toString(), "--overwrite").err())
        .isEqualTo(
            "neox-preprocess: "
                + gone
                + ": no such file or directory at the end of this symbolic link\n");
  }

  private void assertRefused(String input, String why) {
    Run run = Run.bytes(out, input);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + input + ": " + why + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Run.bytes(out, input, "--on-error=skip").exitCode()).isEqualTo(2);
    assertThat(out).isEmptyDirectory();
  }

  private Path pipe(String name) throws IOException, InterruptedException {
    Path pipe = directory.resolve(name);
    if (!Files.exists(pipe)) {
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    }
    return pipe;
  }

  /// A run that reads what a writer puts into a pipe.
  private Run ofPipe(String name, byte[] content, String... more) throws Exception {
    Path pipe = pipe(name);
    Thread writer =
        Thread.ofPlatform()
            .name("pipe-writer")
            .start(() -> {
              try (OutputStream to = Files.newOutputStream(pipe)) {
                to.write(content);
              } catch (IOException e) {
                throw new UncheckedIOException(e); // the reader has seen enough
              }
            });
    Run run = Run.bytes(out, pipe.toString(), more);
    writer.join();
    return run;
  }
}
