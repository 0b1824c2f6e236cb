package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.preprocess.Run;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTokenizerCommandTest {
  @TempDir Path directory;

  @Test
  void learnsAVocabularyThatEncodesItsText() throws Exception {
    Path file = directory.resolve("tokenizer.json");
    String row =
        "{\"text\":\"" + "the quick brown fox and the slow brown bear ".repeat(20) + "\"}\n";
    Run run = train(row, file, 280);
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).startsWith("wrote " + file + ": 280 tokens learnt from 0.0 MB of text");
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    int[] ids = tokenizer.encode("the brown fox");
    assertThat(ids).hasSizeLessThan(13);
    assertThat(tokenizer.decode(ids)).isEqualTo("the brown fox");
    assertThat(tokenizer.eod()).hasValue(0);
  }

  @Test
  void warnsWhenTheTextHasTooFewWords() {
    Run run = train("\"ab\"\n", directory.resolve("t.json"), 500);
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("warning: the text has too few different words for 500 tokens");
  }

  @Test
  void refusesBadInputAndExistingOutput() throws Exception {
    Path file = directory.resolve("t.json");
    assertThat(train("", file, 300).err())
        .isEqualTo("neox-preprocess: no text in -; nothing was written\n");
    assertThat(train("{}\n", file, 300).err())
        .isEqualTo(
            "neox-preprocess: stdin:1: no key \"text\" in this row (choose with --jsonl-keys)\n");
    assertThat(train("\"a\"\n", file, 10).exitCode()).isEqualTo(2);
    assertThat(Files.exists(file)).isFalse();
    Files.createFile(file);
    assertThat(train("\"a\"\n", file, 300).err())
        .isEqualTo("neox-preprocess: " + file + " exists; give --overwrite to replace it\n");
  }

  @Test
  void looksAtItsPlaceBeforeTheText() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Run run = train("{}\n", file.resolve("t.json"), 300);
    assertThat(run.err()).contains(file.toString()).doesNotContain("stdin:1").hasLineCount(1);
    assertThat(run.exitCode()).isNotZero();
  }

  private static Run train(String rows, Path file, int size) {
    return Run.withInput(
        rows.getBytes(StandardCharsets.UTF_8),
        "train-tokenizer",
        "--input",
        "-",
        "--vocab-size",
        Integer.toString(size),
        "--output",
        file.toString());
  }
}
