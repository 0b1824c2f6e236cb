package neox.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Numbers at native addresses.
///
/// All of the address space is one segment whose bounds are constants: that is what lets the
/// compiler drop the checks of the innermost loops. Whoever calls vouches for the addresses.
final class Memory {
  @SuppressWarnings("restricted")
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final int BFLOAT16_SHIFT = 16;

  /// The number at `index` of those that begin at `address`.
  static float get(NumberFormat format, long address, long index) {
    return switch (format) {
      case FLOAT32 -> float32(address, index);
      case BFLOAT16 -> Float.intBitsToFloat(half(address, index) << BFLOAT16_SHIFT);
      case FLOAT16 -> Float.float16ToFloat(half(address, index));
      case INT8 -> ALL.get(ValueLayout.JAVA_BYTE, address + index);
    };
  }

  /// The same of float32.
  static float float32(long address, long index) {
    return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address + index * Float.BYTES);
  }

  private static short half(long address, long index) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address + index * Short.BYTES);
  }

  static void copy(long source, long target, long bytes) {
    MemorySegment.copy(ALL, source, ALL, target, bytes);
  }

  /// Copies float32 numbers `from` up to `end`.
  static void copyFloats(long source, int from, int end, long target) {
    for (int i = from; i < end; i++) {
      setFloat32(target, i - from, float32(source, i));
    }
  }

  /// Rounds to the nearest number of the format, of two equally near to the even one.
  static void set(NumberFormat format, long address, long index, float value) {
    switch (format) {
      case FLOAT32 -> setFloat32(address, index, value);
      case BFLOAT16 -> setHalf(address, index, bfloat16(value));
      case FLOAT16 -> setHalf(address, index, Float.floatToFloat16(value));
      case INT8 -> throw new IllegalArgumentException("results are no whole numbers");
    }
  }

  /// The same in float32.
  static void setFloat32(long address, long index, float value) {
    ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address + index * Float.BYTES, value);
  }

  private static void setHalf(long address, long index, short bits) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address + index * Short.BYTES, bits);
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> BFLOAT16_SHIFT);
    }
    int even = (bits >>> BFLOAT16_SHIFT) & 1;
    return (short) ((bits + 0x7fff + even) >>> BFLOAT16_SHIFT);
  }

  private Memory() {}
}
