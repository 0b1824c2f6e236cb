package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import neox.tokenizer.vocabulary.Vocabulary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random texts through our engine and through HuggingFace's library (as DJL brings it): the ids
/// must be equal.
class FuzzTest {
  private static final int TEXTS = 2500;

  /// First code points of blocks of 96 that texts are drawn from: many scripts, marks, jamo,
  /// spaces, symbols, emoji, private use, planes 1 and 2.
  private static final int[] BLOCKS = {
    0x20, 0x20, 0x20, 0x20, 0x00, 0x80, 0xC0, 0x300, 0x340, 0x390, 0x410, 0x5B0, 0x620, 0x900,
    0x940, 0x9B0, 0xBB0, 0xE00, 0xE40, 0xF40, 0x1020, 0x1100, 0x1160, 0x11A0, 0x1E00, 0x1E80,
    0x1F00, 0x2000, 0x2020, 0x20D0, 0x2150, 0x2460, 0x3000, 0x3040, 0x30A0, 0x4E00, 0xAC00, 0xE000,
    0xF900, 0xFB10, 0xFE00, 0xFFA0, 0x11090, 0x1D150, 0x1D7C0, 0x1F1E6, 0x1F600, 0x20000, 0x2F800,
    0xE0000
  };

  private static final String[] WORDS = {
    "the",
    " the",
    "'s",
    "'ll",
    "'re",
    " I'm",
    "2024",
    " word",
    "word",
    "foo",
    "foobar",
    "  ",
    "    ",
    "\n\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u3000",
    "<|endoftext|>",
    "<|padding|>",
    "<|endof",
    "<l>",
    "<r>",
    "<lr>",
    "<w>",
    "lr>x",
    "Caf\u00e9",
    "Cafe\u0301s",
    "\u1112\u1161\u11ab",
    "\ud83d\udc68\u200d\ud83d\udc69"
  };

  @ParameterizedTest
  @ValueSource(strings = {"neox", "traits", "whole"})
  void givesTheIdsOfHuggingFaceOnRandomTexts(String name) {
    Tokenizer ours = Golden.tokenizer(name);
    Tokenizer.Encoder encoder = ours.encoder();
    Tokenizer theirs =
        DjlTokenizer.open(Golden.file(name + ".json"), new TokenIds(new Vocabulary(), List.of()));
    Random random = new Random(20_26);
    List<String> different = new ArrayList<>();
    TokenBuffer out = new TokenBuffer();
    for (int i = 0; i < TEXTS; i++) {
      String text = text(random);
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.clear();
      encoder.encode(utf8, 0, utf8.length, out);
      if (!Arrays.equals(out.toArray(), theirs.encode(text))) {
        different.add(escaped(text));
      }
    }
    assertThat(different).isEmpty();
  }

  static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = 1 + random.nextInt(1 + random.nextInt(40));
    int[] blocks = {block(random), block(random), block(random)};
    boolean mixed = random.nextBoolean();
    for (int i = 0; i < pieces; i++) {
      int kind = random.nextInt(10);
      if (kind < 3) {
        text.append(WORDS[random.nextInt(WORDS.length)]);
      } else if (kind == 3) {
        text.append(" ".repeat(1 + random.nextInt(30)));
      } else {
        int base = mixed ? block(random) : blocks[random.nextInt(3)];
        String c = Character.toString(base + random.nextInt(96));
        text.append(kind == 4 ? c.repeat(random.nextInt(80)) : c);
      }
    }
    return random.nextInt(5) == 0
        ? Normalizer.normalize(text, Normalizer.Form.NFD)
        : text.toString();
  }

  private static int block(Random random) {
    return BLOCKS[random.nextInt(BLOCKS.length)];
  }

  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints().forEach(c -> escaped.append(String.format("%X ", c)));
    return escaped.toString();
  }
}
