package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.InMemory;
import neox.weights.LazyTensor;
import neox.weights.Scratch;
import neox.weights.Shape;
import org.junit.jupiter.api.Test;

class AdaptedWeightTest {
  private static final int OUT = 700;
  private static final int IN = 900;
  private static final int RANK = 3;
  private static final float SCALE = 0.5f;

  private final Random random = new Random(1);
  private final LazyTensor weight = drawn(OUT, IN);
  private final LazyTensor a = drawn(RANK, IN);
  private final LazyTensor b = drawn(OUT, RANK);

  private LazyTensor drawn(int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new LazyTensor(
        DType.FLOAT32, Shape.of(rows, columns), new InMemory(MemorySegment.ofArray(values)));
  }

  /// In float32, one rank after the other, as the formula says; the whole is several chunks.
  @Test
  void isTheWeightAndTheScaledProduct() {
    float[] w = floats(weight);
    float[] in = floats(a);
    float[] out = floats(b);
    double[] merged = Golden.values(merged(weight).view());
    for (int i = 0; i < merged.length; i++) {
      float product = 0;
      for (int k = 0; k < RANK; k++) {
        product += out[i / IN * RANK + k] * in[k * IN + i % IN];
      }
      assertThat(merged[i]).isEqualTo(w[i] + SCALE * product);
    }
  }

  @Test
  void anyPartIsThatOfTheWhole() throws IOException {
    LazyTensor half = merged(weight.to(DType.BFLOAT16));
    assertThat(half.dtype()).isEqualTo(DType.BFLOAT16);
    MemorySegment whole = half.view().bytes();
    try (Scratch scratch = new Scratch()) {
      for (int i = 0; i < 50; i++) {
        int from = random.nextInt(OUT * IN) * Short.BYTES;
        int length = (1 + random.nextInt(3 * IN)) * Short.BYTES;
        int here = Math.min(length, OUT * IN * Short.BYTES - from);
        MemorySegment part = Arena.ofAuto().allocate(here);
        half.bytes().read(from, part, scratch);
        assertThat(part.mismatch(whole.asSlice(from, here))).isEqualTo(-1);
      }
    }
  }

  private LazyTensor merged(LazyTensor of) {
    return new LazyTensor(of.dtype(), of.shape(), new AdaptedWeight(of, a, b, SCALE));
  }

  private static float[] floats(LazyTensor tensor) {
    return Floats.convert(tensor.view(), DType.FLOAT32)
        .bytes()
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
