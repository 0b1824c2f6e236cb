package neox.tokenizer.added;

import java.util.List;
import neox.tokenizer.text.EightBytes;

/// Finds where one of some byte strings may start, by their first two bytes, eight places at a
/// time.
final class PairFinder {
  /// With more pairs than this, a table tells for one place at a time.
  private static final int MAX_PAIRS = 4;

  /// The first and the second byte of each pair, eight times over; none when there are too many.
  private final long[] pairs;

  private final boolean[] firstBytes = new boolean[256];

  PairFinder(List<byte[]> patterns) {
    boolean single = false;
    for (byte[] pattern : patterns) {
      firstBytes[pattern[0] & 0xFF] = true;
      single |= pattern.length == 1;
    }
    long[] distinct =
        patterns.stream()
            .filter(pattern -> pattern.length > 1)
            .mapToLong(pattern -> (pattern[0] & 0xFFL) << 8 | (pattern[1] & 0xFF))
            .distinct()
            .toArray();
    boolean useful = !single && distinct.length <= MAX_PAIRS;
    pairs = new long[useful ? 2 * distinct.length : 0];
    for (int i = 0; i < pairs.length; i += 2) {
      pairs[i] = EightBytes.repeat((int) (distinct[i / 2] >>> 8));
      pairs[i + 1] = EightBytes.repeat((int) distinct[i / 2] & 0xFF);
    }
  }

  /// The first place from `at` where a string may start, or `to`.
  int next(byte[] text, int at, int to) {
    int i = at;
    if (pairs.length > 0) {
      for (; i + EightBytes.SIZE < to; i += EightBytes.SIZE) {
        long found = matches(EightBytes.at(text, i), EightBytes.at(text, i + 1));
        if (found != 0) {
          return i + (Long.numberOfTrailingZeros(found) >>> 3);
        }
      }
    }
    while (i < to && !firstBytes[text[i] & 0xFF]) {
      i++;
    }
    return i;
  }

  private long matches(long bytes, long following) {
    long found = 0;
    for (int i = 0; i < pairs.length; i += 2) {
      found |= EightBytes.zeros((bytes ^ pairs[i]) | (following ^ pairs[i + 1]));
    }
    return found;
  }
}
