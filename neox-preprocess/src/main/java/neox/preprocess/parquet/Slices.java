package neox.preprocess.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Byte strings that lie in one array.
///
/// @param from where each begins
/// @param to where each ends
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Slices(byte[] bytes, int[] from, int[] to) {
  static final Slices NONE = new Slices(new byte[0], new int[0], new int[0]);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// The four bytes from `at` on as a number.
  static int littleEndian(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static ParquetException damaged() {
    return new ParquetException("a damaged page");
  }

  /// PLAIN: four bytes of length before each.
  static Slices plain(byte[] page, int start, int count) throws ParquetException {
    if (count > page.length / 4) {
      throw damaged();
    }
    int[] from = new int[count];
    int[] to = new int[count];
    int at = start;
    for (int i = 0; i < count; i++) {
      if (page.length - at < 4) {
        throw damaged();
      }
      int length = littleEndian(page, at);
      at += 4;
      if (length < 0 || length > page.length - at) {
        throw damaged();
      }
      from[i] = at;
      at += length;
      to[i] = at;
    }
    return new Slices(page, from, to);
  }

  /// RLE_DICTIONARY: numbers of entries of this dictionary, behind one byte that says how wide.
  Slices choose(byte[] page, int start, int count) throws ParquetException {
    if (count == 0) {
      return new Slices(bytes, new int[0], new int[0]);
    }
    if (start >= page.length) {
      throw damaged();
    }
    RunLengths numbers = new RunLengths(page, start + 1, page.length, page[start]);
    int[] chosenFrom = new int[count];
    int[] chosenTo = new int[count];
    for (int i = 0; i < count; i++) {
      int number = numbers.next();
      if (number < 0 || number >= from.length) {
        throw damaged();
      }
      chosenFrom[i] = from[number];
      chosenTo[i] = to[number];
    }
    return new Slices(bytes, chosenFrom, chosenTo);
  }

  /// DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
  static Slices deltaLength(byte[] page, int start, int count) throws ParquetException {
    DeltaNumbers numbers = new DeltaNumbers(page, start);
    int[] lengths = numbers.read(count);
    int[] from = new int[lengths.length];
    int[] to = new int[lengths.length];
    int at = numbers.end();
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] < 0 || lengths[i] > page.length - at) {
        throw damaged();
      }
      from[i] = at;
      at += lengths[i];
      to[i] = at;
    }
    return new Slices(page, from, to);
  }

  /// DELTA_BYTE_ARRAY: how much each shares with the one before, then the rests.
  ///
  /// @param most bytes that all of them may have
  static Slices deltaPrefix(byte[] page, int start, int count, int most) throws ParquetException {
    DeltaNumbers numbers = new DeltaNumbers(page, start);
    int[] shared = numbers.read(count);
    Slices rests = deltaLength(page, numbers.end(), count);
    if (rests.count() != shared.length) {
      throw damaged();
    }
    int[] from = new int[shared.length];
    int[] to = new int[shared.length];
    byte[] out = new byte[Math.max(64, page.length)];
    int at = 0;
    for (int i = 0; i < shared.length; i++) {
      int before = i == 0 ? 0 : to[i - 1] - from[i - 1];
      if (shared[i] < 0 || shared[i] > before) {
        throw damaged();
      }
      int rest = rests.to[i] - rests.from[i];
      if ((long) at + shared[i] + rest > most) {
        throw ParquetException.notRead("a page of strings of more than %.1f MB", most / 1e6);
      }
      int needed = at + shared[i] + rest;
      if (needed > out.length) {
        out = Arrays.copyOf(out, (int) Math.min(Integer.MAX_VALUE - 16L, 2L * needed));
      }
      System.arraycopy(out, i == 0 ? 0 : from[i - 1], out, at, shared[i]);
      System.arraycopy(page, rests.from[i], out, at + shared[i], rest);
      from[i] = at;
      at = needed;
      to[i] = at;
    }
    return new Slices(out, from, to);
  }

  int count() {
    return from.length;
  }
}
