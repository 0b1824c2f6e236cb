package neox.tokenizer.text;

/// What GPT-2's pattern tells apart: letters (`\p{L}`), numbers (`\p{N}`), white space (`\s`) and
/// the rest.
public final class CharacterClass {
  static final byte OTHER = 0;
  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  public static final byte SPACE = 3;

  /// No letter or number is assigned at or above this code point.
  private static final int LIMIT = 0x34000;

  private static final byte[] TABLE = table();

  private static byte[] table() {
    byte[] table = new byte[LIMIT];
    for (int c = 0; c < LIMIT; c++) {
      table[c] = classify(c);
    }
    return table;
  }

  private static byte classify(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      default -> (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85 ? SPACE : OTHER;
    };
  }

  /// The class of a code point.
  public static byte of(int codePoint) {
    return codePoint < LIMIT ? TABLE[codePoint] : OTHER;
  }

  private CharacterClass() {}
}
