package neox.weights.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import neox.base.UserException;
import neox.weights.Floats;
import neox.weights.TensorView;

/// Encodes rows of floating-point numbers as ggml stores them. Numbers are taken as float32 first,
/// as llama.cpp's converter does.
final class RowEncoder {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final GgufTensor tensor;
  private final TensorView parameter;
  private final float[] row;

  /// @param parameter what the tensor's rows are rows of
  RowEncoder(GgufTensor tensor, TensorView parameter) {
    this.tensor = tensor;
    this.parameter = parameter;
    this.row = new float[tensor.columns()];
  }

  /// Appends row `index` of the tensor, little-endian.
  void encode(long index, ByteBuffer out) {
    read(tensor.row().applyAsLong(index));
    switch (tensor.type()) {
      case F32 -> {
        for (float value : row) {
          out.putFloat(value);
        }
      }
      case F16 -> {
        for (float value : row) {
          out.putShort(half(value, value));
        }
      }
      case BF16 -> {
        for (float value : row) {
          out.putShort(Floats.toBfloat16(value));
        }
      }
      case Q8_0 -> {
        for (int from = 0; from < row.length; from += GgmlType.Q8_0.blockElements()) {
          block(from, out);
        }
      }
    }
  }

  private void read(long from) {
    MemorySegment bytes = parameter.bytes();
    long at = from * row.length * parameter.dtype().bytes();
    for (int i = 0; i < row.length; i++) {
      row[i] =
          switch (parameter.dtype()) {
            case FLOAT64 -> (float) bytes.get(DOUBLE, at + (long) i * Double.BYTES);
            case FLOAT32 -> bytes.get(FLOAT, at + (long) i * Float.BYTES);
            case FLOAT16 -> Float.float16ToFloat(bytes.get(SHORT, at + (long) i * Short.BYTES));
            case BFLOAT16 -> Floats.fromBfloat16(bytes.get(SHORT, at + (long) i * Short.BYTES));
            case INT64, INT32, INT16, INT8, UINT8, BOOL ->
                throw new IllegalStateException(tensor.name() + " is of " + parameter.dtype());
          };
    }
  }

  /// `scale = max |x| / 127`, then each number over it, rounded half away from zero: as ggml's
  /// `quantize_row_q8_0_ref` does, in single precision throughout.
  private void block(int from, ByteBuffer out) {
    int to = from + GgmlType.Q8_0.blockElements();
    float largest = 0;
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(row[i])) {
        throw UserException.of(
            "%s holds %s, which blocks of q8_0 cannot; use --outtype f16, bf16 or f32",
            tensor.name(), row[i]);
      }
      largest = Math.max(largest, Math.abs(row[i]));
    }
    float scale = largest / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    out.putShort(half(scale, largest));
    for (int i = from; i < to; i++) {
      float x = row[i] * inverse;
      out.put((byte) (int) Math.copySign(Math.floor(Math.abs((double) x) + 0.5), x));
    }
  }

  /// @param culprit what to blame when `value` is too large
  private short half(float value, float culprit) {
    short bits = Float.floatToFloat16(value);
    if (Float.isInfinite(Float.float16ToFloat(bits)) && Float.isFinite(value)) {
      throw UserException.of(
          "%s holds %s, too large for %s; use --outtype bf16 or f32",
          tensor.name(), culprit, tensor.type().name().toLowerCase(Locale.ROOT));
    }
    return bits;
  }
}
