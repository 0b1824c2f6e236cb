package neox.preprocess.input;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.members;
import static neox.preprocess.Packed.tar;
import static neox.preprocess.Packed.utf8;
import static neox.preprocess.Packed.zip;
import static neox.preprocess.Packed.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.preprocess.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowLimitTest {
  private static final int LIMIT = 600_000;
  private static final String ENDLESS = "x".repeat(700_000);
  private static final String LONGEST = "y".repeat(LIMIT - 3);

  @TempDir Path directory;

  @Test
  void leavesOutARowThatIsTooLongAndReadsTheOnesAroundIt() throws Exception {
    String lines = "\"one\"\n\"%s\"\n\"%s\"\n\"two\"\n\"%s\"".formatted(ENDLESS, LONGEST, ENDLESS);
    String array = "[" + lines.replace('\n', ',') + "]";
    StringBuilder records = new StringBuilder();
    for (String text : List.of("one", ENDLESS, LONGEST, "two", ENDLESS)) {
      records.append("%016d".formatted(text.length())).append(text);
    }
    Map<String, byte[]> texts =
        members("1", "one", "2", ENDLESS, "3", LONGEST, "4", "two", "5", ENDLESS);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.jsonl", utf8(lines));
    files.put("a.jsonl.zst", zstd(utf8(lines)));
    files.put("a.jsonl.gz", gzip(utf8(lines)));
    files.put("a.gz", gzip(utf8(lines.replace("\"", "'"))));
    files.put("a.jsonl.zst.tar", tar(members("a", zstd(utf8(lines)))));
    files.put("a.json.zst", zstd(utf8(array)));
    files.put("a.dat.zst", zstd(utf8(records.toString())));
    files.put("a.tar.gz", gzip(tar(texts)));
    files.put("a.zip", zip(texts));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = Files.write(directory.resolve(file.getKey()), file.getValue());
      List<String> read = new ArrayList<>();
      List<String> leftOut = new ArrayList<>();
      read(path, read, leftOut);
      assertThat(read.stream().map(text -> text.replaceAll("['\"\n]", "")))
          .as(file.getKey())
          .containsExactly("one", LONGEST, "two");
      assertThat(leftOut)
          .as(file.getKey())
          .hasSize(2)
          .allMatch(problem ->
              problem.matches(
                  path
                      + "(!.*)?(:\\d)?: a row of 0\\.[67] MB or more needs more than the Java heap of"
                      + " \\d+ MB; raise it with NEOX_JAVA_OPTS=-Xmx4g or the like"));
    }
  }

  private static void read(Path path, List<String> read, List<String> leftOut) throws Exception {
    List<InputFile> files = InputFile.resolve(List.of(path.toString()));
    try (ChunkReader reader = ChunkReader.limited(files, List.of("text"), new RowLimit(LIMIT))) {
      for (var chunk = reader.next(); chunk.isPresent(); chunk = reader.next()) {
        switch (chunk.get()) {
          case Chunk.Lines lines ->
              text(lines.bytesOfLines(), lines.length()).lines().forEach(read::add);
          case Chunk.Documents documents -> {
            for (Document document : documents.documents()) {
              switch (document) {
                case Document.Bad bad -> leftOut.add(bad.source() + ": " + bad.problem());
                case Document.Json json -> read.add(text(json.row(), json.row().length));
                case Document.Text text -> read.add(text(text.utf8(), text.utf8().length));
              }
            }
          }
          case Chunk.TooLong line -> {
            if (line.isWhole()) {
              leftOut.add(line.problem().text());
            }
          }
          case Chunk.Lost lost -> leftOut.add(lost.problem().text());
        }
      }
    }
  }

  private static String text(byte[] utf8, int length) {
    return new String(utf8, 0, length, StandardCharsets.UTF_8);
  }

  /// So that work can go on behind it, with a larger heap too.
  @Test
  void countsALineThatIsTooLongAsOneThatIsRead() throws Exception {
    Path path =
        Files.writeString(
            directory.resolve("a.jsonl"), "\"one\"\n\"%s\"\n\"two\"\n".formatted(ENDLESS));
    List<InputFile> files = InputFile.resolve(List.of(path.toString()));
    try (ChunkReader small = ChunkReader.limited(files, List.of("text"), new RowLimit(LIMIT));
        ChunkReader large = ChunkReader.limited(files, List.of("text"), new RowLimit(2 * LIMIT))) {
      for (int chunk = 0; chunk < 3; chunk++) {
        Chunk shortened = small.next().orElseThrow();
        if (shortened.units() == 0) { // told before its end is known
          shortened = small.next().orElseThrow();
        }
        Chunk whole = large.next().orElseThrow();
        assertThat(shortened.units()).isEqualTo(whole.units());
        assertThat(small.place()).isEqualTo(large.place());
      }
    }
  }

  @Test
  void refusesALineWithoutEnd() {
    InputStream zeros =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            return length;
          }
        };
    Run run =
        Run.of(
            zeros,
            "--input",
            "-",
            "--output-prefix",
            directory.resolve("out").toString(),
            "--tokenizer-type",
            "CharLevelTokenizer");
    assertThat(run.err()).startsWith("neox-preprocess: stdin:1: a row of ").hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void goesOnBehindATextThatDoesNotFitIntoTheHeapWhenAsked() throws Exception {
    int bytes = RowLimit.ofHeap().bytes() + 1000;
    Path path = directory.resolve("a.jsonl");
    try (var out = Files.newOutputStream(path)) {
      out.write(utf8("\"one\"\n\""));
      byte[] some = utf8("x".repeat(1 << 20));
      for (int written = 0; written < bytes; written += some.length) {
        out.write(some);
      }
      out.write(utf8("\"\n\"two\"\n"));
    }
    Run refused = Run.bytes(directory, path.toString());
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .startsWith("neox-preprocess: " + path + ":2: a row of ")
        .endsWith(" MB; raise it with NEOX_JAVA_OPTS=-Xmx4g or the like\n");
    Run kept = Run.bytes(directory, path.toString(), "--on-error=skip");
    assertThat(kept.exitCode()).as(kept.err()).isZero();
    assertThat(kept.err()).contains("2 documents, 6 tokens, 1 rows skipped (listed in ");
    assertThat(Run.documents(directory, "text")).containsExactly("one", "two");
  }
}
