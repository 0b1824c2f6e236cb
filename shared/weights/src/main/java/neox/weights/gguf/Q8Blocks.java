package neox.weights.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import neox.base.UserException;
import neox.weights.ByteSource;
import neox.weights.Scratch;

/// Numbers in single precision as ggml's blocks of q8_0: `scale = max |x| / 127`, then each number
/// over it, rounded half away from zero, as ggml's `quantize_row_q8_0_ref` computes them, in single
/// precision throughout; the scale is stored in half precision.
///
/// @param floats whole blocks of them
/// @param name of the tensor, for messages
record Q8Blocks(ByteSource floats, String name) implements ByteSource {
  private static final int NUMBERS = GgmlType.Q8_0.blockElements();
  private static final int BYTES = Math.toIntExact(GgmlType.Q8_0.bytes(NUMBERS));
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public long byteSize() {
    return GgmlType.Q8_0.bytes(floats.byteSize() / Float.BYTES);
  }

  @Override
  public List<ByteSource> parts() {
    return List.of(floats);
  }

  @Override
  public ByteSource due() {
    return new Q8Blocks(floats.due(), name);
  }

  /// What is asked for may begin and end inside of blocks; these are made whole.
  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    long first = offset / BYTES;
    long end = Math.ceilDiv(offset + target.byteSize(), BYTES);
    long numberBytes = (long) NUMBERS * Float.BYTES;
    try (Scratch.Lease numbers = scratch.borrow((end - first) * numberBytes);
        Scratch.Lease blocks = scratch.borrow((end - first) * BYTES)) {
      floats.read(first * numberBytes, numbers.bytes(), scratch);
      ByteBuffer out = blocks.bytes().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      float[] block = new float[NUMBERS];
      for (long i = 0; i < end - first; i++) {
        MemorySegment.copy(numbers.bytes(), FLOAT, i * numberBytes, block, 0, NUMBERS);
        encode(block, out);
      }
      MemorySegment.copy(blocks.bytes(), offset - first * BYTES, target, 0, target.byteSize());
    }
  }

  private void encode(float[] block, ByteBuffer out) {
    float largest = 0;
    for (float x : block) {
      largest = Math.max(largest, Math.abs(x)); // NaN where there is one
    }
    float scale = largest / 127;
    short half = Float.floatToFloat16(scale);
    if (!Float.isFinite(Float.float16ToFloat(half))) {
      throw UserException.of(
          "%s holds %s, which blocks of q8_0 cannot hold; use --outtype bf16 or f32",
          name, largest);
    }
    float inverse = scale == 0 ? 0 : 1 / scale;
    out.putShort(half);
    for (float x : block) {
      float scaled = x * inverse;
      out.put((byte) (int) Math.copySign(Math.floor(Math.abs((double) scaled) + 0.5), scaled));
    }
  }
}
