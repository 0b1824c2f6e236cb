package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.Run;
import neox.preprocess.input.RowLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessCommandTest {
  @TempDir Path directory;

  @Test
  void tokenizesWithAnEncodingOfTiktoken() throws Exception {
    Path input = Files.writeString(directory.resolve("a.jsonl"), "{\"text\": \"Hello world\"}\n");
    Run run =
        Run.of(
            "--input",
            input.toString(),
            "--output-prefix",
            directory.resolve("out").toString(),
            "--tokenizer-type",
            "TiktokenTokenizer",
            "--vocab-file",
            "gpt2");
    assertThat(run.exitCode()).as(run.err()).isZero();
    try (IndexedTokens tokens = IndexedTokens.open(directory.resolve("out_text_document"))) {
      assertThat(tokens.item(0)).containsExactly(15496, 995);
    }
  }

  @Test
  void writesWhatNeoxWritesForAnyNumberOfWorkers() throws Exception {
    for (String workers : List.of("1", "2", "5")) {
      Run run =
          Run.bytes(
              directory, golden("tricky"), "--append_eod", "--overwrite", "--workers", workers);
      assertThat(run.err()).contains("151 documents, 11,612 tokens");
      assertThat(run.out()).isEmpty();
      assertThat(run.exitCode()).isZero();
      for (String ending : List.of(".bin", ".idx")) {
        Path ours = directory.resolve("out_text_document" + ending);
        Path theirs = Run.GOLDEN.resolve("out_text_document" + ending);
        assertThat(Files.mismatch(ours, theirs)).isEqualTo(-1);
      }
    }
  }

  @Test
  void readsRowsAsNeoxDoes() throws Exception {
    assertThat(Run.bytes(directory, golden("oddities")).exitCode()).isZero();
    assertThat(Run.documents(directory, "text"))
        .containsExactly(
            "para one\n\npara two\n\npara three",
            "a bare json string document",
            "key order",
            "surrogate pair 😀 escapes é / \b \f \n \r \t \" \\ ",
            "second duplicate key wins?",
            "nested",
            "whitespace around",
            "null escape \0 end",
            "uppercase hex é😀",
            "last line no newline");
    assertThat(Run.bytes(directory, golden("bom"), "--overwrite").exitCode()).isZero();
    assertThat(Run.documents(directory, "text")).containsExactly("one", "two");
  }

  @Test
  void mendsEveryTextAsFtfyDoes() throws Exception {
    Run run = Run.bytes(directory, golden("tricky"), "--ftfy");
    assertThat(run.err()).contains("--ftfy: left out 1 document that became empty");
    List<String> expected = new ArrayList<>();
    Json.read(Run.GOLDEN.resolve("tricky.mended.json")).forEach(t -> expected.add(t.asText()));
    assertThat(Run.documents(directory, "text")).isEqualTo(expected);
  }

  @Test
  void mendsTextAndLeavesOutWhatBecomesEmpty() throws Exception {
    String rows =
        """
        {"text": "caf\u00c3\u00a9 &amp; \u201cbar\u201d"}
        {"text": "\u0007\ufeff"}
        {"text": "plain"}
        """;
    Run run = Run.bytesOf(rows.getBytes(StandardCharsets.UTF_8), directory, "-", "--ftfy");
    assertThat(run.err())
        .contains(": 3 documents,")
        .contains("--ftfy: left out 1 document that became empty");
    assertThat(Run.documents(directory, "text")).containsExactly("café & \"bar\"", "plain");
    assertThat(documentIndex("text")).containsExactly(0, 1, 1, 2); // as GPT-NeoX has it
    Run ended =
        Run.bytesOf(
            rows.getBytes(StandardCharsets.UTF_8),
            directory,
            "-",
            "--ftfy",
            "--append-eod",
            "--overwrite");
    assertThat(ended.err()).contains(": 2 documents,");
    assertThat(documentIndex("text")).containsExactly(0, 1, 2);
  }

  private long[] documentIndex(String key) throws IOException {
    ByteBuffer index =
        ByteBuffer.wrap(Files.readAllBytes(directory.resolve("out_" + key + "_document.idx")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int count = Math.toIntExact(index.getLong(26)); // after magic, version, type and items
    long[] documents = new long[count];
    index.position(index.capacity() - count * Long.BYTES);
    index.slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(documents);
    return documents;
  }

  @Test
  void reportsABadRowInOneLineAndLeavesNothing() throws Exception {
    assertRefused("blank_line", 2, "blank line, expected a JSON string or object");
    assertRefused("missing_key", 2, "no key \"text\" in this row (choose with --jsonl-keys)");
    assertRefused("invalid_utf8", 1, "not valid UTF-8: byte 0xff in column 14");
    String half = " is half of a surrogate pair and stands for no character";
    assertRefused("surrogate_lone_high", 1, "\\ud83d in column 21" + half);
    assertRefused("surrogate_lone_low", 1, "\\ude00 in column 20" + half);
    assertRefused("surrogate_swapped", 1, "\\ude00 in column 19" + half);
  }

  @Test
  void saysWhatAWrongFileLooksLike() throws Exception {
    Path out = Files.createDirectory(directory.resolve("o"));
    Path file = directory.resolve("a.jsonl");
    String where = "neox-preprocess: " + file + ":";
    Files.write(file, "\uFEFF\"one\"\n".getBytes(StandardCharsets.UTF_16LE));
    assertThat(Run.bytes(out, file.toString()).err())
        .isEqualTo(
            where
                + "1: not valid UTF-8: byte 0xff in column 1; the file looks like UTF-16 (iconv -f"
                + " UTF-16 -t UTF-8 converts it)\n");
    Files.write(file, "\"one\"\n\"caf\u00e9\"\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(Run.bytes(out, file.toString()).err())
        .isEqualTo(
            where
                + "2: not valid UTF-8: byte 0xe9 in column 5; the file may be Latin-1 (iconv -f"
                + " LATIN1 -t UTF-8 converts it)\n");
    Files.writeString(file, "{\n  \"text\": \"one\"\n}\n");
    assertThat(Run.bytes(out, file.toString()).err())
        .isEqualTo(
            where
                + "1: not valid JSON: it ends where a key in double quotes was expected; each"
                + " row must stand on one line (jq -c . FILE writes it so)\n");
    assertThat(Run.files(out)).isEmpty();
  }

  @Test
  void namesARowThatDoesNotFitIntoMemory() {
    assertThat(RowLimit.problem(300_000_000))
        .startsWith("a row of 300.0 MB or more needs more than the Java heap of ")
        .endsWith(" MB; raise it with NEOX_JAVA_OPTS=-Xmx4g or the like");
  }

  @Test
  void needsAPlaceToWrite() throws Exception {
    Path file = Files.writeString(directory.resolve("a.jsonl"), "\"one\"\n");
    Run run = Run.bytes(directory.resolve("new/folder"), file.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Run.documents(directory.resolve("new/folder"), "text")).containsExactly("one");
    assertThat(Run.bytes(file, file.toString()).err())
        .isEqualTo("neox-preprocess: " + file.resolve("out.partial") + ": Not a directory\n");
  }

  private void assertRefused(String input, int line, String problem) throws Exception {
    Run run = Run.bytes(directory, golden(input));
    String where = golden(input) + ":" + line + ": ";
    assertThat(run.err()).isEqualTo("neox-preprocess: " + where + problem + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Run.files(directory)).isEmpty();
  }

  @Test
  void skipsBadRowsWithACountWhenAsked() throws Exception {
    String rows = "{\"text\":\"a\"}\n\n{\"text\":7}\nnonsense\n[]\n\"b\"\n";
    Run run = Run.bytesOf(rows.getBytes(StandardCharsets.UTF_8), directory, "-", "--on-error=skip");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err().lines().toList())
        .startsWith(
            "warning: stdin:2: blank line, expected a JSON string or object: skipped",
            "warning: stdin:3: key \"text\" holds a number, expected a string or a list of"
                + " strings: skipped",
            "warning: stdin:4: not valid JSON: expected a value in column 1, found 'n': skipped")
        .hasSize(5)
        .element(3)
        .asString()
        .contains("2 documents, 2 tokens, 4 rows skipped (");
    assertThat(Run.documents(directory, "text")).containsExactly("a", "b");
  }

  @Test
  void selectsKeysOneDatasetEach() throws Exception {
    String rows = "{\"title\":\"T1\",\"text\":\"x\"}\n{\"text\":\"y\",\"title\":\"T2\"}\n";
    byte[] stdin = rows.getBytes(StandardCharsets.UTF_8);
    Run.bytesOf(stdin, directory, "-", "--jsonl-keys", "text", "title");
    assertThat(Run.documents(directory, "text")).containsExactly("x", "y");
    assertThat(Run.documents(directory, "title")).containsExactly("T1", "T2");
  }

  /// Whoever reads several beside each other takes the same document of each.
  @Test
  void keepsDatasetsInStepWhereOneTextOfARowIsEmpty() throws Exception {
    String rows =
        """
        {"text":"x","title":"T1"}
        {"text":"","title":""}
        {"text":"y","title":""}
        {"text":[],"title":"T3"}
        """;
    byte[] stdin = rows.getBytes(StandardCharsets.UTF_8);
    Run run = Run.bytesOf(stdin, directory, "-", "--jsonl-keys", "text", "title");
    assertThat(run.err())
        .contains("out_text_document.{bin,idx}: 3", "out_title_document.{bin,idx}: 3");
    assertThat(Run.documents(directory, "text")).containsExactly("x", "y");
    assertThat(documentIndex("text")).containsExactly(0, 1, 2, 2);
    assertThat(Run.documents(directory, "title")).containsExactly("T1", "T3");
    assertThat(documentIndex("title")).containsExactly(0, 1, 1, 2);
    run =
        Run.bytesOf(
            stdin, directory, "-", "--jsonl-keys", "text", "title", "--append-eod", "--overwrite");
    assertThat(run.err())
        .contains("out_text_document.{bin,idx}: 3 documents, 5 tokens")
        .contains("out_title_document.{bin,idx}: 3 documents, 7 tokens");
    assertThat(documentIndex("text")).containsExactly(0, 1, 2, 3);
    assertThat(documentIndex("title")).containsExactly(0, 1, 2, 3);
  }

  @Test
  void readsZstdOfManyFramesFromFilesAndStdin() throws Exception {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.write(Zstd.compress("\"one\"\n\"tw".getBytes(StandardCharsets.UTF_8)));
    frames.write(Zstd.compress("o\"\n\"three\"".getBytes(StandardCharsets.UTF_8)));
    Path file = Files.write(directory.resolve("a.jsonl.zst"), frames.toByteArray());
    assertThat(Run.bytes(directory, file.toString()).exitCode()).isZero();
    assertThat(Run.documents(directory, "text")).containsExactly("one", "two", "three");
    Run run = Run.bytesOf(frames.toByteArray(), directory, "-", "--overwrite");
    assertThat(run.err()).contains("3 documents, 11 tokens");
  }

  @Test
  void reportsATruncatedArchiveAndLeavesNothing() throws Exception {
    byte[] whole =
        Zstd.compress("\"one\"\n\"two\"\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    Path out = Files.createDirectory(directory.resolve("o"));
    Path file =
        Files.write(directory.resolve("a.jsonl.zst"), Arrays.copyOf(whole, whole.length - 3));
    Run run = Run.bytes(out, file.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("neox-preprocess: " + file + ": damaged or cut short after line ");
    assertThat(run.err().lines()).hasSize(1);
    Files.write(file, new byte[] {1, 2, 3, 4, 5});
    assertThat(Run.bytes(out, file.toString()).err())
        .startsWith("neox-preprocess: " + file + ": damaged or cut short after line 0: ");
    assertThat(Run.files(out)).isEmpty();
  }

  @Test
  void readsTextFilesAsOneDocumentWithUnixLineEnds() throws Exception {
    Path file = Files.writeString(directory.resolve("a.txt"), "\uFEFFone\r\ntwo\rthree\n\r\n");
    Run.bytes(directory, file.toString());
    assertThat(Run.documents(directory, "text")).containsExactly("\uFEFFone\ntwo\nthree\n\n");
    Files.write(file, new byte[] {'a', '\n', (byte) 0xc0, 'b'});
    assertThat(Run.bytes(directory, file.toString(), "--overwrite").err())
        .isEqualTo(
            "neox-preprocess: "
                + file
                + ":2: not valid UTF-8: byte 0xc0; the file may be Latin-1"
                + " (iconv -f LATIN1 -t UTF-8 converts it)\n");
  }

  @Test
  void readsListsAndDirectoriesInOrder() throws Exception {
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    Files.writeString(corpus.resolve("b.jsonl"), "\"b\"");
    Files.writeString(corpus.resolve("a.txt"), "a");
    Files.writeString(corpus.resolve("README.md"), "not data");
    Path last = Files.writeString(directory.resolve("z.jsonl"), "\"z\"");
    assertThat(Run.bytes(directory, corpus + "," + last + "," + last).exitCode()).isZero();
    assertThat(Run.documents(directory, "text")).containsExactly("a", "b", "z", "z");
    Path archive = Files.createFile(corpus.resolve("c.bz2"));
    assertThat(Run.bytes(directory, corpus.toString(), "--overwrite").err())
        .isEqualTo(
            "neox-preprocess: "
                + archive
                + ": this kind of file is not read; expected a name ending in .jsonl, .jsonl.zst,"
                + " .jsonl.gz, .json.gz, .jsonl.zst.tar, .json.zst, .dat.zst, .txt, .zip, .tar.gz,"
                + " openwebtext.tar.xz, .tar.xz, _data.xz, .parquet, .gz (or - for standard"
                + " input)\n");
  }

  @Test
  void refusesToOverwriteUnlessTold() throws Exception {
    Run.bytes(directory, golden("bom"));
    byte[] before = Files.readAllBytes(directory.resolve("out_text_document.idx"));
    Run run = Run.bytes(directory, golden("tricky"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "neox-preprocess: "
                + directory.resolve("out_text_document")
                + ".bin or .idx exists; give --overwrite to replace it, or another"
                + " --output-prefix\n");
    assertThat(Files.readAllBytes(directory.resolve("out_text_document.idx"))).isEqualTo(before);
  }

  @Test
  void saysWhatIsMissingOrImpossible() throws Exception {
    assertUsage(
        "--input, --output-prefix, --tokenizer-type are required; see neox-preprocess --help");
    assertUsage(
        "--input, --tokenizer-type are required; see neox-preprocess --help",
        "--output-prefix",
        "x");
    assertUsage(
        "--input, --output-prefix, --mask-before-token, --tokenizer-type are required; see"
            + " neox-preprocess mask --help",
        "mask");
    assertUsage(
        "--input is required; see neox-preprocess mask --help",
        "mask",
        "--mask-before-token=1",
        "--tokenizer-type=CharLevelTokenizer",
        "--output-prefix",
        "x");
    String[] most = {"--output-prefix", "x", "--input", "-"};
    assertUsage("--tokenizer-type is required; see neox-preprocess --help", most);
    assertThat(Run.bytes(directory, "nowhere.jsonl").err())
        .isEqualTo("neox-preprocess: nowhere.jsonl: no such file or directory\n");
    assertThat(Run.bytes(directory, "-,-").err())
        .isEqualTo("neox-preprocess: --input: standard input (-) is given twice\n");
    assertThat(Run.bytes(directory, directory.toString()).err())
        .contains(": no file to read in this directory; files ending in .jsonl, .jsonl.zst, ");
    assertThat(Run.bytes(directory, "-").err())
        .isEqualTo("neox-preprocess: no documents in -; nothing was written\n");
    assertThat(Run.bytes(directory, "-", "--workers=0").err())
        .isEqualTo("neox-preprocess: --workers: expected at least 1, found 0\n");
    assertThat(Run.bytes(directory, "-", "--dataset-impl=lazy").err())
        .isEqualTo("neox-preprocess: no documents in -; nothing was written\n");
    assertThat(Run.bytes(directory, "-", "--dataset-impl=fast").err())
        .isEqualTo("neox-preprocess: --dataset-impl: expected mmap, cached or lazy, found fast\n");
    assertThat(Run.bytes(directory, "-", "--jsonl-keys", "a", "a").err())
        .isEqualTo("neox-preprocess: --jsonl-keys: a key is given twice: [a, a]\n");
    byte[] row = "\"x\"".getBytes(StandardCharsets.UTF_8);
    assertThat(Run.bytesOf(row, directory, "-", "--jsonl-keys", "a", "b").err())
        .isEqualTo(
            "neox-preprocess: stdin:1: the row is a plain string and has no keys, but --jsonl-keys"
                + " asks for [a, b]\n");
    assertThat(Run.files(directory)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"corpus.jsonl", "a/b.txt", "-", "pom.xml", "src"})
  void saysThatTextIsGivenWithAnOption(String argument) throws Exception {
    assertThat(Run.of(argument).err())
        .isEqualTo(
            "neox-preprocess: Unmatched argument at index 0: '%s'\nText is given with --input:"
                    .formatted(argument)
                + " neox-preprocess --input %s …\n".formatted(argument));
    assertThat(Run.of("merg").err())
        .isEqualTo(
            """
            neox-preprocess: Unmatched argument at index 0: 'merg'
            Did you mean: neox-preprocess merge or neox-preprocess train-tokenizer?
            """);
  }

  private static void assertUsage(String message, String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void cutsLongInputIntoChunksWithoutLosingRowsOrLineNumbers() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      rows.append("{\"text\":\"")
          .append("word%d ".formatted(i).repeat(i % 97 * (i % 3)))
          .append(i)
          .append("\"}\n");
    }
    rows.append('"').append("x".repeat(700_000)).append("\"\n"); // longer than a chunk
    byte[] stdin = rows.toString().getBytes(StandardCharsets.UTF_8);
    assertThat(Run.bytesOf(stdin, directory, "-", "--workers=3", "--log-interval=1000").err())
        .contains("Processed ", "3,001 documents");
    List<String> documents = Run.documents(directory, "text");
    for (int i = 0; i < 3000; i++) {
      assertThat(documents.get(i)).endsWith(Integer.toString(i));
    }
    assertThat(documents.getLast()).hasSize(700_000);
    byte[] bad = (rows + "{\n").getBytes(StandardCharsets.UTF_8);
    assertThat(Run.bytesOf(bad, directory, "-", "--overwrite").err())
        .isEqualTo(
            "neox-preprocess: stdin:3002: not valid JSON: it ends where a key in double quotes"
                + " was expected; each row must stand on one line (jq -c . FILE writes it so)\n");
  }

  private static String golden(String name) {
    return Run.GOLDEN.resolve(name + ".jsonl").toString();
  }
}
