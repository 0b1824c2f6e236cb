package neox.preprocess;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.members;
import static neox.preprocess.Packed.tar;
import static neox.preprocess.Packed.utf8;
import static neox.preprocess.Packed.zip;
import static neox.preprocess.Packed.zstd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.preprocess.PreprocessPlan.Existing;
import neox.preprocess.PreprocessPlan.Unfinished;
import neox.preprocess.input.RemoteInput;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteInputTest {
  @TempDir Path directory;
  @TempDir Path copies;
  private final List<String> events = new ArrayList<>();

  @Test
  void readsStreamsByTheEndingOfTheirNames() throws Exception {
    byte[] tar = tar(members("a.jsonl.zst", zstd(utf8("{\"text\": \"two\"}\n"))));
    run(new Fake("x/a.jsonl", utf8("{\"text\": \"one\"}\n")), new Fake("b.jsonl.zst.tar", tar));
    assertThat(Run.documents(directory, "text")).containsExactly("one", "two");
    assertThat(events)
        .containsExactly("open x/a.jsonl", "finished", "open b.jsonl.zst.tar", "finished");
  }

  @Test
  void asksForACopyOnDiskOfWhatIsReadFromTheBack() throws Exception {
    run(new Fake("docs.zip", zip(members("a.txt", "one", "b.txt", "two"))));
    assertThat(Run.documents(directory, "text")).containsExactly("one", "two");
    assertThat(events).containsExactly("fetch docs.zip", "finished");
  }

  @Test
  void writesNothingWhenTheBytesTurnOutToBeWrong() {
    assertThatThrownBy(() -> run(new Fake("wrong.jsonl", utf8("\"one\"\n"))))
        .isInstanceOf(IOException.class)
        .hasMessage("wrong.jsonl: the sum is wrong");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void endsTheRunWhenTheStreamFails() {
    assertThatThrownBy(() -> run(new Fake("failing.jsonl", utf8("\"one\"\n"))))
        .isInstanceOf(IOException.class)
        .hasMessage("failing.jsonl: the line is cut");
    assertThat(events).containsExactly("open failing.jsonl");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void goesOnWhereTheConnectionWasLost() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      rows.append("{\"text\": \"row ").append(i).append("\"}\n");
    }
    byte[] first = utf8(rows.toString());
    byte[] second = Files.readAllBytes(Run.GOLDEN.resolve("parquet/other/many.parquet"));
    Path whole = Files.createDirectory(directory.resolve("whole"));
    for (String name : List.of("a.jsonl", "a.jsonl.zst", "a.jsonl.gz")) {
      Path broken = Files.createDirectory(directory.resolve("broken-" + name));
      byte[] bytes = name.endsWith("zst") ? zstd(first) : name.endsWith("gz") ? gzip(first) : first;
      run(whole, Unfinished.KEEP, new Fake("b.parquet", second), new Fake(name, bytes));
      // The first file was read to its end, the second to its middle.
      Fake failing = new Fake("failing-" + name, Arrays.copyOf(bytes, bytes.length * 9 / 10));
      RemoteInput renamed = new Renamed(name, bytes.length, failing);
      assertThatThrownBy(() -> run(broken, Unfinished.KEEP, new Fake("b.parquet", second), renamed))
          .isInstanceOf(IOException.class)
          .hasMessage("failing.jsonl: the line is cut");
      assertThat(Run.files(broken)).containsExactly("out.partial");
      events.clear();
      run(broken, Unfinished.RESUME, new Fake("b.parquet", second), new Fake(name, bytes));
      assertThat(events).containsExactly("open " + name, "finished");
      for (String file : List.of("out_text_document.bin", "out_text_document.idx")) {
        assertThat(Files.mismatch(whole.resolve(file), broken.resolve(file)))
            .as(name)
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void refusesANameThatSaysNoFormat() {
    assertThatThrownBy(() -> run(new Fake("corpus.rar", utf8(""))))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("corpus.rar: this kind of file is not read; expected a name");
  }

  private void run(RemoteInput... inputs) throws Exception {
    run(directory, Unfinished.KEEP, inputs);
  }

  private static void run(Path output, Unfinished unfinished, RemoteInput... inputs)
      throws Exception {
    PreprocessPlan plan =
        PreprocessPlan.builder(List.of("remote"), output.resolve("out"))
            .existing(unfinished == Unfinished.KEEP ? Existing.OVERWRITE : Existing.REFUSE)
            .unfinished(unfinished)
            .saveBytes(200_000)
            .build();
    PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Console console = new Console(InputStream.nullInputStream(), err, err, false, false);
    Preprocess.runRemote(
        plan,
        List.of(inputs),
        Tokenizers.open("CharLevelTokenizer", Optional.empty(), Optional.empty()),
        console,
        () -> false);
  }

  /// Bytes in memory that behave as their name says.
  private final class Fake implements RemoteInput {
    private final String name;
    private final byte[] bytes;

    Fake(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open() {
      events.add("open " + name);
      InputStream in = new ByteArrayInputStream(bytes);
      return name.startsWith("failing") ? new SequenceInputStream(in, new Cut()) : in;
    }

    @Override
    public Path fetch() throws IOException {
      events.add("fetch " + name);
      return Files.write(copies.resolve(name), bytes);
    }

    @Override
    public void finished() throws IOException {
      events.add("finished");
      if (name.startsWith("wrong")) {
        throw new IOException(name + ": the sum is wrong");
      }
    }
  }

  /// A file under another name and of another length than its bytes have.
  private record Renamed(String name, long size, RemoteInput input) implements RemoteInput {
    @Override
    public InputStream open() throws IOException {
      return input.open();
    }

    @Override
    public Path fetch() throws IOException {
      return input.fetch();
    }

    @Override
    public void finished() throws IOException {
      input.finished();
    }
  }

  /// Fails instead of ending.
  private static final class Cut extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("failing.jsonl: the line is cut");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return read();
    }
  }
}
