package neox.preprocess.ftfy;

import java.util.Arrays;

/// A set of code points, kept as sorted ranges.
final class CodePointSet {
  private static final int HEX = 16;

  private final int[] firsts;
  private final int[] lasts;

  private CodePointSet(int[] firsts, int[] lasts) {
    this.firsts = firsts;
    this.lasts = lasts;
  }

  /// Reads hexadecimal points and ranges in ascending order: `41-5a,61`.
  static CodePointSet parse(String text) {
    String[] ranges = text.split(",", -1);
    int[] firsts = new int[ranges.length];
    int[] lasts = new int[ranges.length];
    for (int i = 0; i < ranges.length; i++) {
      int dash = ranges[i].indexOf('-');
      String first = dash < 0 ? ranges[i] : ranges[i].substring(0, dash);
      firsts[i] = Integer.parseInt(first, HEX);
      lasts[i] = dash < 0 ? firsts[i] : Integer.parseInt(ranges[i].substring(dash + 1), HEX);
    }
    return new CodePointSet(firsts, lasts);
  }

  boolean contains(int codePoint) {
    int found = Arrays.binarySearch(firsts, codePoint);
    if (found >= 0) {
      return true;
    }
    int before = -found - 2;
    return before >= 0 && codePoint <= lasts[before];
  }
}
