package neox.base.terminal;

/// How many columns of a terminal text takes.
final class DisplayWidth {
  /// Ranges of characters that take two columns (East Asian Width W and F, Unicode 16), coarsely:
  /// unassigned ones in between count as wide.
  private static final int[][] WIDE = {
    {0x1100, 0x115f},
    {0x231a, 0x231b},
    {0x23e9, 0x23ec},
    {0x2614, 0x2615},
    {0x26a1, 0x26a1},
    {0x2705, 0x2705},
    {0x270a, 0x270b},
    {0x274c, 0x274c},
    {0x2753, 0x2757},
    {0x2e80, 0x303e},
    {0x3041, 0xa4cf},
    {0xa960, 0xa97c},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff00, 0xff60},
    {0xffe0, 0xffe6},
    {0x16fe0, 0x18d08},
    {0x1aff0, 0x1b2fb},
    {0x1f004, 0x1f004},
    {0x1f18e, 0x1f19a},
    {0x1f200, 0x1f64f},
    {0x1f680, 0x1f6fc},
    {0x1f7e0, 0x1f7eb},
    {0x1f900, 0x1faff},
    {0x20000, 0x3fffd}
  };

  /// As much of the start of `text` as fits into so many columns.
  static String cut(String text, int columns) {
    int taken = 0;
    int at = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      taken += of(c);
      if (taken > columns) {
        return text.substring(0, at);
      }
      at += Character.charCount(c);
    }
    return text;
  }

  private static int of(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  private static boolean isWide(int c) {
    for (int[] range : WIDE) {
      if (c >= range[0] && c <= range[1]) {
        return true;
      }
    }
    return false;
  }

  private DisplayWidth() {}
}
