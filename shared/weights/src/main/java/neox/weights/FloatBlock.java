package neox.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A few thousand floating-point numbers on their way from one type to another. They pass through
/// arrays, since loops over arrays become vector instructions and loops over segments do not. One
/// thread's.
final class FloatBlock {
  static final int SIZE = 1 << 12;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int INFINITY = 0x7f80_0000;
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int QUIET = 0x40;

  private final float[] values = new float[SIZE];
  private final int[] bits = new int[SIZE];
  private final short[] halves = new short[SIZE];
  private final double[] wide = new double[SIZE];

  /// The numbers loaded last.
  float[] values() {
    return values;
  }

  /// Takes numbers out of memory.
  ///
  /// @param first the index of the first among those of `source`
  void load(DType dtype, MemorySegment source, long first, int count) {
    long at = first * dtype.bytes();
    switch (dtype) {
      case FLOAT64 -> {
        MemorySegment.copy(source, DOUBLE, at, wide, 0, count);
        for (int i = 0; i < count; i++) {
          values[i] = (float) wide[i];
        }
      }
      case FLOAT32 -> MemorySegment.copy(source, FLOAT, at, values, 0, count);
      case FLOAT16 -> {
        MemorySegment.copy(source, SHORT, at, halves, 0, count);
        for (int i = 0; i < count; i++) {
          values[i] = Float.float16ToFloat(halves[i]);
        }
      }
      case BFLOAT16 -> {
        MemorySegment.copy(source, SHORT, at, halves, 0, count);
        for (int i = 0; i < count; i++) {
          bits[i] = halves[i] << Short.SIZE;
        }
        MemorySegment.copy(
            MemorySegment.ofArray(bits), ValueLayout.JAVA_FLOAT, 0, values, 0, count);
      }
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw Floats.notFloat(dtype);
    }
  }

  /// Puts the numbers into memory, rounded to nearest even.
  void store(DType dtype, MemorySegment target, long first, int count) {
    long at = first * dtype.bytes();
    switch (dtype) {
      case FLOAT64 -> {
        for (int i = 0; i < count; i++) {
          wide[i] = values[i];
        }
        MemorySegment.copy(wide, 0, target, DOUBLE, at, count);
      }
      case FLOAT32 -> MemorySegment.copy(values, 0, target, FLOAT, at, count);
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          halves[i] = Float.floatToFloat16(values[i]);
        }
        MemorySegment.copy(halves, 0, target, SHORT, at, count);
      }
      case BFLOAT16 -> {
        MemorySegment.copy(
            values, 0, MemorySegment.ofArray(bits), ValueLayout.JAVA_FLOAT, 0, count);
        for (int i = 0; i < count; i++) {
          halves[i] = toBfloat16(bits[i]);
        }
        MemorySegment.copy(halves, 0, target, SHORT, at, count);
      }
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw Floats.notFloat(dtype);
    }
  }

  /// The largest magnitude; NaN where there is one.
  float largest(int count) {
    float largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  /// The nearest bfloat16 of a float's bits; ties go to the even one; NaN stays NaN. Without
  /// branches, for many at a time.
  static short toBfloat16(int bits) {
    int upper = bits >>> Short.SIZE;
    int rounded = (bits + 0x7fff + (upper & 1)) >>> Short.SIZE;
    int notANumber = (INFINITY - (bits & MAGNITUDE)) >> (Integer.SIZE - 1);
    return (short) ((rounded & ~notANumber) | ((upper | QUIET) & notANumber));
  }
}
