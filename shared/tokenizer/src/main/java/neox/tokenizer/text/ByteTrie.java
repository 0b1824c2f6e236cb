package neox.tokenizer.text;

import java.util.Arrays;
import java.util.List;

/// Finds which of some byte strings a text goes on with. Immutable.
public final class ByteTrie {
  public static final int NONE = -1;

  private final PairTable children;

  /// The index of the string that ends at a node, or [#NONE].
  private final int[] ends;

  /// Receives strings that a text goes on with, the shortest first.
  public interface Prefixes {
    void found(int index, int end);
  }

  /// @param strings none of them empty; of equal ones the first counts
  public ByteTrie(List<byte[]> strings) {
    int bytes = 1;
    for (byte[] string : strings) {
      bytes = Math.addExact(bytes, string.length);
    }
    children = new PairTable(bytes);
    ends = new int[bytes];
    Arrays.fill(ends, NONE);
    int nodes = 1;
    for (int i = 0; i < strings.size(); i++) {
      int node = 0;
      for (byte b : strings.get(i)) {
        int child = children.get(node, b & 0xFF);
        if (child == PairTable.NONE) {
          child = nodes++;
          children.put(node, b & 0xFF, child);
        }
        node = child;
      }
      if (ends[node] == NONE) {
        ends[node] = i;
      }
    }
  }

  /// Hands over all strings that `text[from, to)` begins with.
  public void prefixes(byte[] text, int from, int to, Prefixes prefixes) {
    int node = 0;
    for (int at = from; at < to; at++) {
      node = children.get(node, text[at] & 0xFF);
      if (node == PairTable.NONE) {
        return;
      }
      if (ends[node] != NONE) {
        prefixes.found(ends[node], at + 1);
      }
    }
  }

  /// The longest string that `text[from, to)` begins with as `index << 32 | end`, or [#NONE].
  public long longest(byte[] text, int from, int to) {
    long match = NONE;
    int node = 0;
    for (int at = from; at < to; at++) {
      node = children.get(node, text[at] & 0xFF);
      if (node == PairTable.NONE) {
        break;
      }
      if (ends[node] != NONE) {
        match = (long) ends[node] << 32 | at + 1;
      }
    }
    return match;
  }
}
