import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Random;

/// Texts that are hard on tokenizers. The same seed gives the same texts.
final class RandomTexts {
  /// First code points of blocks of 96: many scripts, marks, jamo, spaces, symbols, emoji, private
  /// use, planes 1 and 2.
  private static final int[] BLOCKS = {
    0x20, 0x20, 0x20, 0x20, 0x00, 0x80, 0xC0, 0x100, 0x180, 0x250, 0x300, 0x340, 0x390, 0x400,
    0x430, 0x530, 0x5B0, 0x620, 0x6D0, 0x740, 0x900, 0x940, 0x9B0, 0xA30, 0xAC0, 0xB40, 0xBB0,
    0xC40, 0xCC0, 0xD40, 0xDCF, 0xE00, 0xE40, 0xEB0, 0xF40, 0xF70, 0x1020, 0x10A0, 0x1100, 0x1160,
    0x11A0, 0x1200, 0x1380, 0x1680, 0x1780, 0x17D0, 0x1820, 0x1900, 0x1A60, 0x1B30, 0x1DC0, 0x1E00,
    0x1E80, 0x1F00, 0x2000, 0x2020, 0x2070, 0x20D0, 0x2150, 0x2190, 0x2200, 0x2460, 0x2500, 0x2600,
    0x2C00, 0x2DE0, 0x3000, 0x3040, 0x3090, 0x30A0, 0x3130, 0x4E00, 0x5B57, 0x6F22, 0xA000, 0xA640,
    0xA8E0, 0xAA70, 0xABC0, 0xAC00, 0xC000, 0xD760, 0xE000, 0xF900, 0xFA60, 0xFB10, 0xFE00, 0xFE20,
    0xFF00, 0xFFA0, 0x10000, 0x10300, 0x10A00, 0x11090, 0x11130, 0x11340, 0x114B0, 0x115A0, 0x12000,
    0x16AF0, 0x1D150, 0x1D400, 0x1D7C0, 0x1E900, 0x1F1E6, 0x1F300, 0x1F3F0, 0x1F600, 0x1F900,
    0x20000, 0x2F800, 0x30000, 0xE0000, 0xE0100, 0x10FF80
  };

  private static final List<String> PIECES =
      List.of(
          "the", " the", "'s", "'S", "'ll", "'re", "'ve", "'m", "'d", "'t", "''", "'", " '", " I'm",
          "don't", "2024", " 3.14159", "1,000,000", "0x7fff", "½", "²", "①", " word", "word", "  ",
          "    ", " \n", "\n\n", "\r\n", "\n ", "\t", "\t\t ", "\u000b", "\u000c", "\u001c",
          "\u0085", "\u00a0", "\u2028", "\u3000", "\u200b", "\u200d", "\ufeff", "\u0000",
          "<|endoftext|>", "<|padding|>", "<|endof", "text|>", "<|", "|>", "<|padding|", "<",
          "Caf\u00e9", "Cafe\u0301", "e\u0301\u0323", "\u0323\u0301", "\u1112\u1161\u11ab",
          "\ud55c\u11a8", "\uac00\u11a7", "\u1100\u1161\u11c3", "\u212b", "\u2126", "\u0958",
          "\u0915\u093c", "\u09c7\u09be", "\u0b47\u0b57", "\u1025\u102e", "\u3046\u3099", "\ufb2c",
          "\u05d0\u05b8\u05b4", "\u0627\u0653", "\u0f71\u0f72", "\u0344", "\u1e9b\u0323",
          "\ud834\udd5e", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", "\ud83c\uddeb\ud83c\uddf7",
          "\ud83d\udc4d\ud83c\udfff", "\u2764\ufe0f", "#\ufe0f\u20e3", "int main(void) {\n",
          "    return x[i] != NULL && *p++;\n", "\t\tif (a <= b) {", "}\n\n\n", "// ----", "=====",
          "https://example.org/a?b=c&d=%20", "foo_bar", "fooBar", "__init__", "\\n", "\"key\": ",
          "\u041f\u0440\u0438\u0432\u0435\u0442", " \u043c\u0438\u0440", "\u4f60\u597d\uff0c\u4e16\u754c",
          "\u3053\u3093\u306b\u3061\u306f", "\u0928\u092e\u0938\u094d\u0924\u0947",
          "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd");

  private final Random random;

  RandomTexts(long seed) {
    random = new Random(seed);
  }

  String next() {
    String text =
        switch (random.nextInt(12)) {
          case 0 -> bytes();
          case 1 -> run();
          case 2 -> spaces();
          case 3 -> codePoints();
          default -> pieces();
        };
    return switch (random.nextInt(12)) {
      case 0 -> Normalizer.normalize(text, Normalizer.Form.NFD);
      case 1 -> Normalizer.normalize(text, Normalizer.Form.NFC);
      default -> text;
    };
  }

  /// Random bytes; what is no UTF-8 becomes U+FFFD.
  private String bytes() {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// A long run of one or two characters between others.
  private String run() {
    String one = random.nextBoolean() ? character(block()) : piece();
    String unit = random.nextInt(3) == 0 ? one + character(block()) : one;
    return piece() + unit.repeat(1 + random.nextInt(600) / unit.length()) + pieces();
  }

  private String spaces() {
    String kinds = " \n\t\r\u00a0\u3000  \n ";
    StringBuilder text = new StringBuilder();
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(8) == 0) {
        text.append(piece());
      }
      text.append(kinds.charAt(random.nextInt(kinds.length())));
    }
    return text.toString();
  }

  /// Characters from all of Unicode.
  private String codePoints() {
    StringBuilder text = new StringBuilder();
    int count = random.nextInt(40);
    for (int i = 0; i < count; i++) {
      int c = random.nextInt(random.nextBoolean() ? 0x110000 : 0x3100);
      text.appendCodePoint(c >= 0xD800 && c < 0xE000 ? ' ' : c);
    }
    return text.toString();
  }

  private String pieces() {
    StringBuilder text = new StringBuilder();
    int count = 1 + random.nextInt(1 + random.nextInt(60));
    int[] blocks = {block(), block(), block()};
    boolean mixed = random.nextBoolean();
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(10);
      if (kind < 4) {
        text.append(piece());
      } else if (kind == 4) {
        text.append(" ".repeat(1 + random.nextInt(30)));
      } else {
        String c = character(mixed ? block() : blocks[random.nextInt(3)]);
        text.append(kind == 5 ? c.repeat(random.nextInt(40)) : c);
      }
    }
    return text.toString();
  }

  private String piece() {
    return PIECES.get(random.nextInt(PIECES.size()));
  }

  private int block() {
    return BLOCKS[random.nextInt(BLOCKS.length)];
  }

  private String character(int block) {
    return Character.toString(block + random.nextInt(96));
  }
}
