package neox.preprocess.ftfy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Says whether a text holds a run of characters that hardly anyone writes on purpose.
///
/// Every rule is a short sequence of character sets. All rules are followed at once, one bit for
/// each place in each rule (Baeza-Yates and Gonnet 1992, "A new approach to text searching"): a bit
/// is set while the text read last fits its rule up to that place.
final class BadnessDetector {
  private static final int BASIC_PLANE = 0x10000;
  private static final int OTHER_BEYOND = BASIC_PLANE; // stands for all that is beyond the plane
  private static final int WORD_BEYOND = BASIC_PLANE + 1;
  private static final String TEXT_START = "^";
  private static final String WORD = "word";

  private final Map<String, String> namedSets = new HashMap<>();
  private final Half first = new Half();
  private final Half second = new Half();

  /// The bits of as many rules as fit into one word.
  private static final class Half {
    final long[] fits = new long[BASIC_PLANE + 2];
    long starts;
    long textStarts;
    long ends;
    int used;

    void add(List<String> sets, Map<String, String> namedSets) {
      boolean atStart = sets.getFirst().equals(TEXT_START);
      List<String> places = atStart ? sets.subList(1, sets.size()) : sets;
      long bit = 1L << used;
      textStarts |= bit;
      starts |= atStart ? 0 : bit;
      for (String set : places) {
        mark(namedSets.getOrDefault(set, set), 1L << used++);
      }
      ends |= 1L << (used - 1);
    }

    private void mark(String set, long bit) {
      if (set.equals(WORD)) {
        for (int c = 0; c < BASIC_PLANE; c++) {
          fits[c] |= isWord(c) ? bit : 0;
        }
        fits[WORD_BEYOND] |= bit;
        return;
      }
      CodePointSet members = CodePointSet.parse(set);
      for (int c = 0; c < BASIC_PLANE; c++) {
        fits[c] |= members.contains(c) ? bit : 0;
      }
      if (members.contains(BASIC_PLANE)) { // the sets hold all characters beyond the plane or none
        fits[OTHER_BEYOND] |= bit;
        fits[WORD_BEYOND] |= bit;
      }
    }
  }

  BadnessDetector(Tables tables) {
    tables.rows("set").forEach(row -> namedSets.put(row.getFirst(), row.getLast()));
    for (List<String> rule : tables.rows("bad")) {
      Half half = first.used + rule.size() <= Long.SIZE ? first : second;
      half.add(rule, namedSets);
    }
    if (second.used > Long.SIZE) {
      throw new IllegalStateException(second.used + " places do not fit into a word");
    }
  }

  boolean isBad(CharSequence text) {
    long a = 0;
    long b = 0;
    long startsA = first.textStarts;
    long startsB = second.textStarts;
    for (int i = 0; i < text.length(); i++) {
      int c = text.charAt(i);
      if (Character.isHighSurrogate((char) c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        boolean word = isWord(Character.toCodePoint((char) c, text.charAt(++i)));
        c = word ? WORD_BEYOND : OTHER_BEYOND;
      }
      a = ((a << 1) | startsA) & first.fits[c];
      b = ((b << 1) | startsB) & second.fits[c];
      if (((a & first.ends) | (b & second.ends)) != 0) {
        return true;
      }
      startsA = first.starts;
      startsB = second.starts;
    }
    return false;
  }

  /// Python's `\w`: letters, everything that counts, and the underscore.
  private static boolean isWord(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER ->
          true;
      default -> codePoint == '_';
    };
  }
}
