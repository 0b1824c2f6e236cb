package neox.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing byte array that is reused from row to row. Not thread-safe.
public final class ByteBuilder {
  private static final int INITIAL_BYTES = 1 << 16;
  private static final int KEPT_BYTES = 1 << 20;

  private byte[] bytes = new byte[INITIAL_BYTES];
  private int size;

  /// Appends one byte.
  public void add(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  /// Appends `source[from, to)`.
  public void add(byte[] source, int from, int to) {
    reserve(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  /// Appends a character as UTF-8.
  public void addCodePoint(int c) {
    if (c < 0x80) {
      add(c);
    } else if (c < 0x800) {
      add(0xc0 | (c >> 6));
      add(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      add(0xe0 | (c >> 12));
      add(0x80 | ((c >> 6) & 0x3f));
      add(0x80 | (c & 0x3f));
    } else {
      add(0xf0 | (c >> 18));
      add(0x80 | ((c >> 12) & 0x3f));
      add(0x80 | ((c >> 6) & 0x3f));
      add(0x80 | (c & 0x3f));
    }
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * needed));
    }
  }

  /// The backing array; only the first [#size] bytes count.
  public byte[] array() {
    return bytes;
  }

  /// The text whose UTF-8 these bytes are.
  @Override
  public String toString() {
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  /// How many bytes there are.
  public int size() {
    return size;
  }

  /// Forgets the bytes, and the memory too if a giant row has needed much.
  public void clear() {
    size = 0;
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[INITIAL_BYTES];
    }
  }
}
