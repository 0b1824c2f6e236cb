package neox.tokenizer;

import java.util.Arrays;

/// A growing array of token ids that is reused from document to document. Not thread-safe.
public final class TokenBuffer {
  private static final int CAPACITY = 1024;

  private int[] ids;
  private int size;

  public TokenBuffer() {
    this(CAPACITY);
  }

  /// @param expected how many ids fit before the array has to grow
  public TokenBuffer(int expected) {
    ids = new int[Math.max(CAPACITY, expected)];
  }

  public void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, Math.multiplyExact(size, 2));
    }
    ids[size++] = id;
  }

  public void add(int[] source, int from, int to) {
    int needed = Math.addExact(size, to - from);
    if (needed > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(needed, ids.length * 2));
    }
    System.arraycopy(source, from, ids, size, to - from);
    size = needed;
  }

  /// The backing array, with room for `more` entries after the first [#size].
  int[] room(int more) {
    if (more > ids.length - size) {
      ids = Arrays.copyOf(ids, Math.max(Math.addExact(size, more), ids.length * 2));
    }
    return ids;
  }

  /// Counts in entries that were written into [#room].
  void grow(int more) {
    size += more;
  }

  public int size() {
    return size;
  }

  public int get(int index) {
    return ids[java.util.Objects.checkIndex(index, size)];
  }

  /// The backing array; only the first [#size] entries count, and the next `add` may replace it.
  public int[] array() {
    return ids;
  }

  public int[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  /// Forgets entries from the end so that `newSize` remain.
  public void truncate(int newSize) {
    size = java.util.Objects.checkIndex(newSize, size + 1);
  }

  public void clear() {
    size = 0;
  }
}
