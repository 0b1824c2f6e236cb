package neox.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import neox.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetokenizerTest {
  @TempDir private Path directory;

  private Map<String, Tokenizer> tokenizers() {
    Map<String, Tokenizer> all = new TreeMap<>(SmallTokenizers.decoders(directory));
    all.put("byte level", SmallTokenizers.byteLevel(directory));
    all.put("sentencepiece", SmallTokenizers.sentencePiece(directory));
    all.put("characters", SmallTokenizers.characters());
    return all;
  }

  @Test
  void piecesTogetherAreWhatTheTokenizerMakesOfAllTokens() {
    tokenizers()
        .forEach((name, tokenizer) -> {
          Random random = new Random(1);
          for (int trial = 0; trial < 2000; trial++) {
            int[] ids = SmallTokenizers.text(tokenizer, random, random.nextInt(25));
            Detokenizer detokenizer = Detokenizer.of(tokenizer);
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
              text.append(detokenizer.add(id));
            }
            text.append(detokenizer.end());
            assertThat(text.toString())
                .as("%s %s", name, Arrays.toString(ids))
                .isEqualTo(tokenizer.decode(ids));
          }
        });
  }

  /// Only bytes that may yet become a character wait.
  @Test
  void nothingElseWaits() {
    tokenizers()
        .forEach((name, tokenizer) -> {
          Random random = new Random(2);
          for (int trial = 0; trial < 300; trial++) {
            int[] ids = SmallTokenizers.text(tokenizer, random, 12);
            Detokenizer detokenizer = Detokenizer.of(tokenizer);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < ids.length; i++) {
              text.append(detokenizer.add(ids[i]));
              String whole = tokenizer.decode(Arrays.copyOf(ids, i + 1));
              boolean waits =
                  whole.endsWith("\uFFFD")
                      || tokenizer.token(ids[i]).filter(s -> s.startsWith("<0x")).isPresent();
              assertThat(waits || whole.contentEquals(text)).as(name).isTrue();
            }
          }
        });
  }

  @Test
  void goesOnAfterAPromptWithTheSpaceBetween() {
    tokenizers()
        .forEach((name, tokenizer) -> {
          Random random = new Random(3);
          for (int trial = 0; trial < 500; trial++) {
            int[] ids = SmallTokenizers.wholeCharacters(tokenizer, random, 24);
            int[] prompt = Arrays.copyOf(ids, 1 + random.nextInt(23));
            String before = tokenizer.decode(prompt);
            if (before.isBlank()) {
              continue; // who knows what becomes of spaces before a text
            }
            Detokenizer detokenizer = Detokenizer.after(prompt, tokenizer);
            StringBuilder text = new StringBuilder(before);
            for (int i = prompt.length; i < ids.length; i++) {
              text.append(detokenizer.add(ids[i]));
            }
            text.append(detokenizer.end());
            assertThat(text.toString())
                .as("%s %s", name, Arrays.toString(ids))
                .isEqualTo(tokenizer.decode(ids));
          }
        });
  }

  @Test
  void keepsTheSpaceThatASentencePieceBeginsWith() {
    Tokenizer tokenizer = SmallTokenizers.sentencePiece(directory);
    int[] prompt = tokenizer.encode("a");
    int[] next = tokenizer.encode("b");
    assertThat(Detokenizer.of(tokenizer).add(next[0])).isEqualTo("b");
    assertThat(Detokenizer.after(prompt, tokenizer).add(next[0])).isEqualTo(" b");
  }
}
