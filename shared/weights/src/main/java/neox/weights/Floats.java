package neox.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// Arithmetic on stored floating-point tensors: conversion with round-to-nearest-even, and the sums
/// that joining shards needs. Results live as long as they are referred to.
public final class Floats {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The same values as `dtype`; the view itself when it has that type already.
  public static TensorView convert(TensorView view, DType dtype) {
    if (view.dtype() == dtype) {
      return view;
    }
    requireFloat(view.dtype());
    requireFloat(dtype);
    MemorySegment target = allocate(dtype, view.shape().count());
    convert(view.dtype(), view.bytes(), dtype, target);
    return new TensorView(dtype, view.shape(), target);
  }

  /// Fills `target` with the numbers in `source`.
  public static void convert(DType from, MemorySegment source, DType to, MemorySegment target) {
    convert(from, source, to, target, value -> {});
  }

  /// Fills `target` with the numbers in `source`, and tells of the first that became infinite.
  static void convert(
      DType from,
      MemorySegment source,
      DType to,
      MemorySegment target,
      Converted.TooLarge tooLarge) {
    FloatBlock block = new FloatBlock();
    float limit = limit(to);
    long count = target.byteSize() / to.bytes();
    for (long i = 0; i < count; i += FloatBlock.SIZE) {
      int here = (int) Math.min(FloatBlock.SIZE, count - i);
      block.load(from, source, i, here);
      block.store(to, target, i, here);
      if (!(block.largest(here) < limit)) {
        for (long j = i; j < i + here; j++) {
          if (Double.isInfinite(get(to, target, j)) && Double.isFinite(get(from, source, j))) {
            tooLarge.found(get(from, source, j));
            break;
          }
        }
      }
    }
  }

  /// The smallest float that the type rounds to infinity.
  private static float limit(DType dtype) {
    return switch (dtype) {
      case FLOAT64, FLOAT32 -> Float.POSITIVE_INFINITY;
      case FLOAT16 -> 65520;
      case BFLOAT16 -> 0x1.ffp127f;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw notFloat(dtype);
    };
  }

  /// Element-wise sum times `factor`, computed in double precision and rounded once.
  public static TensorView sum(List<TensorView> views, double factor) {
    TensorView first = views.getFirst();
    List<LazyTensor> tensors = views.stream().map(LazyTensor::of).toList();
    return new LazyTensor(first.dtype(), first.shape(), Summed.of(tensors, factor)).view();
  }

  /// Element `index` of a floating-point tensor.
  public static double get(TensorView view, long index) {
    return get(view.dtype(), view.bytes(), index);
  }

  /// The float whose upper half `bits` are.
  public static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << Short.SIZE);
  }

  /// The nearest bfloat16; ties go to the even one; NaN stays NaN.
  public static short toBfloat16(float value) {
    return FloatBlock.toBfloat16(Float.floatToRawIntBits(value));
  }

  static double get(DType dtype, MemorySegment bytes, long index) {
    return switch (dtype) {
      case FLOAT64 -> bytes.get(DOUBLE, index * Double.BYTES);
      case FLOAT32 -> bytes.get(FLOAT, index * Float.BYTES);
      case FLOAT16 -> Float.float16ToFloat(bytes.get(SHORT, index * Short.BYTES));
      case BFLOAT16 -> fromBfloat16(bytes.get(SHORT, index * Short.BYTES));
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw notFloat(dtype);
    };
  }

  static void set(DType dtype, MemorySegment bytes, long index, double value) {
    switch (dtype) {
      case FLOAT64 -> bytes.set(DOUBLE, index * Double.BYTES, value);
      case FLOAT32 -> bytes.set(FLOAT, index * Float.BYTES, (float) value);
      case FLOAT16 -> bytes.set(SHORT, index * Short.BYTES, Float.floatToFloat16((float) value));
      case BFLOAT16 -> bytes.set(SHORT, index * Short.BYTES, toBfloat16((float) value));
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> throw notFloat(dtype);
    }
  }

  /// Zeros, which live as long as they are referred to.
  public static MemorySegment allocate(DType dtype, long count) {
    return Arena.ofAuto().allocate(Math.multiplyExact(count, dtype.bytes()), Long.BYTES);
  }

  static void requireFloat(DType dtype) {
    if (!dtype.isFloatingPoint()) {
      throw notFloat(dtype);
    }
  }

  static IllegalArgumentException notFloat(DType dtype) {
    return new IllegalArgumentException(dtype + " is not a floating-point type");
  }

  private Floats() {}
}
