package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskCommandTest {
  private static final Path MASK = Run.GOLDEN.resolve("mask");

  @TempDir Path directory;

  private Run mask(String rows, String input, String... more) {
    List<String> arguments = new ArrayList<>(List.of("mask", "--input", input));
    arguments.addAll(List.of("--output-prefix", directory.resolve("lab").toString()));
    arguments.addAll(List.of("--tokenizer-type", "CharLevelTokenizer"));
    arguments.addAll(List.of(more));
    return Run.withInput(rows.getBytes(StandardCharsets.UTF_8), arguments.toArray(String[]::new));
  }

  @Test
  void writesWhatGptNeoxWrites() {
    String input = MASK.resolve("lab.jsonl").toString();
    Run run = mask("", input, "--append-eod", "--mask-before-token", "10,65,58");
    assertThat(run.err()).contains("lab_label_document.{bin,idx}: 25 documents, 1,164 tokens");
    assertThat(run.exitCode()).isZero();
    for (String name : List.of("text_document", "label_document")) {
      for (String ending : List.of(".bin", ".idx")) {
        assertThat(directory.resolve("lab_" + name + ending))
            .hasSameBinaryContentAs(MASK.resolve("lab_" + name + ending));
      }
    }
  }

  @Test
  void labelsEveryKeyOnItsOwn() throws Exception {
    String row = "{\"a\": \"xAyAz\", \"b\": \"none\"}\n";
    mask(row, "-", "--jsonl-keys", "a", "b", "--mask-before-token", "65");
    try (IndexedTokens a = IndexedTokens.open(directory.resolve("lab_a_label_document"));
        IndexedTokens b = IndexedTokens.open(directory.resolve("lab_b_label_document"))) {
      assertThat(a.item(0)).containsExactly(-100, -100, 'y', 'A', 'z');
      assertThat(b.item(0)).containsExactly('n', 'o', 'n', 'e');
    }
  }

  @Test
  void needsThePattern() throws Exception {
    assertRefused("--mask-before-token is required; see neox-preprocess mask --help");
    assertRefused(
        "--mask-before-token: expected token ids separated by commas, such as 10,65,58, found"
            + " A,1",
        "--mask-before-token",
        "A,1");
    assertRefused(
        "--mask-before-token: 512 is no token; this tokenizer has the ids 0 to 511",
        "--mask-before-token",
        "512");
  }

  private void assertRefused(String problem, String... options) throws Exception {
    Run run = mask("\"a\"\n", "-", options);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + problem + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Run.files(directory)).isEmpty();
  }
}
