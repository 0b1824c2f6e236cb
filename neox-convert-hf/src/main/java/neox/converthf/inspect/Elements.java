package neox.converthf.inspect;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import neox.weights.DType;

/// Stored numbers as doubles, a block at a time. All stored types fit but the widest integers,
/// which are rounded.
final class Elements {
  /// How many to read at once: what fits into the nearest cache.
  static final int BLOCK = 2048;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Fills `into` with the elements of `stored` from `from` on, as far as there are any.
  ///
  /// @return how many
  static int read(DType dtype, MemorySegment stored, long from, double[] into) {
    int count = (int) Math.min(into.length, stored.byteSize() / dtype.bytes() - from);
    MemorySegment bytes = stored.asSlice(from * dtype.bytes(), (long) count * dtype.bytes());
    switch (dtype) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 -> floats(dtype, bytes, into, count);
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> integers(dtype, bytes, into, count);
    }
    return count;
  }

  private static void floats(DType dtype, MemorySegment bytes, double[] into, int count) {
    switch (dtype) {
      case FLOAT64 -> {
        for (int i = 0; i < count; i++) {
          into[i] = bytes.get(DOUBLE, (long) i * Double.BYTES);
        }
      }
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          into[i] = bytes.get(FLOAT, (long) i * Float.BYTES);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          into[i] = Float.float16ToFloat(bytes.get(SHORT, (long) i * Short.BYTES));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < count; i++) {
          int bits = bytes.get(SHORT, (long) i * Short.BYTES) << Short.SIZE;
          into[i] = Float.intBitsToFloat(bits);
        }
      }
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw new IllegalArgumentException();
    }
  }

  private static void integers(DType dtype, MemorySegment bytes, double[] into, int count) {
    for (int i = 0; i < count; i++) {
      into[i] =
          switch (dtype) {
            case INT64 -> bytes.get(LONG, (long) i * Long.BYTES);
            case INT32 -> bytes.get(INT, (long) i * Integer.BYTES);
            case INT16 -> bytes.get(SHORT, (long) i * Short.BYTES);
            case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, i);
            case UINT8, BOOL -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, i));
            case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 -> throw new IllegalArgumentException();
          };
    }
  }

  private Elements() {}
}
