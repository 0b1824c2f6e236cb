package neox.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The merges of a model as its file spells them, in order of preference.
///
/// The halves of each stand one after the other in one array of bytes, so that what they make
/// stands there too. Filled once, then read by all threads.
final class Merges {
  private byte[] text = new byte[1 << 16];
  private int[] middles = new int[1 << 12];

  /// Where each merge ends in [#text]; it starts where the one before it ends.
  private int[] ends = new int[1 << 12];

  private int size;

  /// Adds the merge of two tokens.
  void add(String left, String right) {
    byte[] both = (left + " " + right).getBytes(StandardCharsets.UTF_8);
    add(both, 0, left.getBytes(StandardCharsets.UTF_8).length, both.length);
  }

  /// Adds the merge of `utf8[from, space)` and what follows the space, up to `to`.
  void add(byte[] utf8, int from, int space, int to) {
    int start = size == 0 ? 0 : ends[size - 1];
    int middle = start + space - from;
    int end = middle + to - space - 1;
    if (end > text.length) {
      text = Arrays.copyOf(text, Math.max(end, text.length * 2));
    }
    if (size == ends.length) {
      middles = Arrays.copyOf(middles, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
    }
    System.arraycopy(utf8, from, text, start, middle - start);
    System.arraycopy(utf8, space + 1, text, middle, end - middle);
    middles[size] = middle;
    ends[size++] = end;
  }

  /// How many merges there are.
  int size() {
    return size;
  }

  /// The UTF-8 of all merges.
  byte[] text() {
    return text;
  }

  /// Where the left half of a merge starts in [#text].
  int start(int rank) {
    return rank == 0 ? 0 : ends[rank - 1];
  }

  /// Where its left half ends, and the right one starts.
  int middle(int rank) {
    return middles[rank];
  }

  /// Where its right half ends.
  int end(int rank) {
    return ends[rank];
  }

  /// The left half of a merge.
  String left(int rank) {
    return new String(text, start(rank), middle(rank) - start(rank), StandardCharsets.UTF_8);
  }

  /// The right half of a merge.
  String right(int rank) {
    return new String(text, middle(rank), end(rank) - middle(rank), StandardCharsets.UTF_8);
  }
}
