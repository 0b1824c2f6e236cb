package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.preprocess.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountCommandTest {
  @TempDir Path directory;

  @Test
  void countsDatasetsFromTheirIndexAlone() throws Exception {
    Path a = dataset("a", TokenWidth.UINT16, new int[1234], new int[] {2});
    Path b = dataset("b", TokenWidth.INT32, new int[] {1, 2, 3});
    Files.delete(directory.resolve("a.bin"));
    Run run = Run.of("count", directory.toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
                  documents              tokens               bytes  dtype    dataset
                          2               1,235               2,470  uint16   %s
                          1                   3                  12  int32    %s
                          3               1,238               2,482           total of 2
            """
                .formatted(a, b));
    assertThat(Run.of("count", b + ".bin").out()).hasLineCount(2);
    assertThat(Run.of("count", a.toString(), b.toString(), "--json").out())
        .isEqualTo(
            "{\"documents\":3,\"tokens\":1238,\"bytes\":2482,\"datasets\":[{\"prefix\":\""
                + a
                + "\",\"dtype\":\"uint16\",\"documents\":2,\"tokens\":1235,\"bytes\":2470},"
                + "{\"prefix\":\""
                + b
                + "\",\"dtype\":\"int32\",\"documents\":1,\"tokens\":3,\"bytes\":12}]}\n");
  }

  @Test
  void countsTheTokensOfTextWithoutWritingThem() throws Exception {
    byte[] rows = "\"one\"\n{\"text\": \"t\u00e9o\"}\nbad\n".getBytes(StandardCharsets.UTF_8);
    String[] count = {"count", "--input=-", "--tokenizer-type=CharLevelTokenizer", "--workers=2"};
    Run stopped = Run.withInput(rows, count);
    assertThat(stopped.exitCode()).isEqualTo(2);
    assertThat(stopped.err()).startsWith("neox-preprocess: stdin:3: not valid JSON");
    List<String> skipping = new ArrayList<>(List.of(count));
    skipping.add("--on-error=skip");
    assertThat(Run.withInput(rows, skipping.toArray(String[]::new)).out())
        .isEqualTo("2 documents, 7 tokens, 7 bytes of text, 1.000 bytes per token, 1 skipped\n");
    skipping.add("--json");
    assertThat(Run.withInput(rows, skipping.toArray(String[]::new)).out())
        .isEqualTo(
            "{\"documents\":2,\"tokens\":7,\"text_bytes\":7,\"bytes_per_token\":1.0,"
                + "\"skipped\":1}\n");
    assertThat(Run.files(directory)).isEmpty();
  }

  @Test
  void saysWhatIsMissing() {
    assertRefused("give either datasets or --input; see neox-preprocess count --help");
    assertRefused("a[: no such dataset, and not a pattern: Missing ']", "a[");
    assertRefused("--input needs a tokenizer: --tokenizer-type", "--input", "-");
    assertRefused("--workers: expected at least 1, found 0", "--input", "-", "--workers", "0");
    assertRefused(
        directory.resolve("x.idx")
            + ": no such file; a dataset is a prefix with .bin and .idx beside each other (see"
            + " neox-preprocess)",
        directory.resolve("x").toString());
  }

  private static void assertRefused(String message, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "count";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    Run run = Run.of(all);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  private Path dataset(String name, TokenWidth width, int[]... documents) throws Exception {
    Path prefix = directory.resolve(name);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, width)) {
      for (int[] document : documents) {
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    return prefix;
  }
}
