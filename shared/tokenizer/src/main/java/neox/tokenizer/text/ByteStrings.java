package neox.tokenizer.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Byte strings one after the other in one array, numbered in the order of coming.
public final class ByteStrings {
  private byte[] pool = new byte[1 << 16];

  /// Where each ends in [#pool]; it starts where the one before it ends.
  private int[] ends = new int[1 << 12];

  private int size;

  /// Appends `bytes[from, to)` and returns its number.
  public int add(byte[] bytes, int from, int to) {
    int start = start(size);
    int end = Math.addExact(start, to - from);
    if (end > pool.length) {
      pool = Arrays.copyOf(pool, grown(pool.length, end));
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, size * 2);
    }
    System.arraycopy(bytes, from, pool, start, to - from);
    ends[size] = end;
    return size++;
  }

  private static int grown(int length, int needed) {
    return (int) Math.max(needed, Math.min(Integer.MAX_VALUE - 8, length * 2L));
  }

  /// How many there are.
  public int size() {
    return size;
  }

  /// The bytes of all.
  public byte[] pool() {
    return pool;
  }

  /// Where a string starts in [#pool].
  public int start(int number) {
    return number == 0 ? 0 : ends[number - 1];
  }

  /// Where it ends.
  public int end(int number) {
    return ends[number];
  }

  /// The text whose UTF-8 a string is.
  public String text(int number) {
    int start = start(number);
    return new String(pool, start, end(number) - start, StandardCharsets.UTF_8);
  }

  /// Whether a string is `bytes[from, to)`.
  boolean is(int number, byte[] bytes, int from, int to) {
    int start = start(number);
    if (end(number) - start != to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] != pool[start + i - from]) {
        return false;
      }
    }
    return true;
  }
}
