package neox.tokenizer;

import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.text.Utf8;

/// Finds the places of a word that no merge can ever go across, so that the pieces between them can
/// be merged, and remembered, on their own: a run of Chinese characters that nobody has seen before
/// is made of characters that everybody has.
///
/// A merge goes across a place only if its left half ends the text before the place and its right
/// half starts the text after it. Up to two bytes of each half are compared, by a hash; so a place
/// may be missed, but none is given that a merge goes across. Only places between characters of
/// which one is not ASCII are looked at: within characters, and in ASCII, most are crossed.
///
/// Filled once, then read by all threads.
final class SafeCuts {
  private static final int CONTEXT = 2;
  private static final int BYTES = ByteAlphabet.SIZE;
  private static final int HASH_BITS = 18;

  /// Which lengths the halves have, by `last * 256 + first` of the two bytes that meet. A length
  /// above two counts as two; a left half of `l` and a right half of `r` are bit `2 * l + r - 3`.
  private final byte[] lengths = new byte[BYTES * BYTES];

  /// The hashes of all halves, one bit each.
  private final long[] crossed = new long[1 << (HASH_BITS - 6)];

  /// Takes note of a merge; to be called for all.
  ///
  /// @param left the bytes of the left half
  void add(byte[] left, byte[] right) {
    if (left.length == 0 || right.length == 0) {
      return; // no part of a word is empty
    }
    byte last = left[left.length - 1];
    if (!isCandidate(last, right[0])) {
      return;
    }
    int before = Math.min(left.length, CONTEXT);
    int after = Math.min(right.length, CONTEXT);
    lengths[(last & 0xFF) << 8 | (right[0] & 0xFF)] |=
        (byte) (1 << ((before - 1) * CONTEXT + after - 1));
    int hash = hash(left, left.length - before, before, right, 0, after);
    crossed[hash >>> 6] |= 1L << hash;
  }

  /// Where the piece of the word `text[from, to)` that starts at `from` ends.
  int next(byte[] text, int from, int to) {
    for (int at = from + 1; at < to; at++) {
      if (isCandidate(text[at - 1], text[at]) && isSafe(text, from, at, to)) {
        return at;
      }
    }
    return to;
  }

  private static boolean isCandidate(byte last, byte first) {
    return (last | first) < 0 && !Utf8.isContinuation(first);
  }

  private boolean isSafe(byte[] text, int from, int at, int to) {
    int left = lengths[(text[at - 1] & 0xFF) << 8 | (text[at] & 0xFF)];
    for (; left != 0; left &= left - 1) {
      int bit = Integer.numberOfTrailingZeros(left);
      int before = bit / CONTEXT + 1;
      int after = bit % CONTEXT + 1;
      if (before <= at - from && after <= to - at) {
        int hash = hash(text, at - before, before, text, at, after);
        if ((crossed[hash >>> 6] & 1L << hash) != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static int hash(
      byte[] left, int leftAt, int before, byte[] right, int rightAt, int after) {
    long halves = before * 4L + after;
    for (int i = leftAt; i < leftAt + before; i++) {
      halves = halves << 8 | (left[i] & 0xFF);
    }
    for (int i = rightAt; i < rightAt + after; i++) {
      halves = halves << 8 | (right[i] & 0xFF);
    }
    return (int) ((halves * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - HASH_BITS));
  }
}
