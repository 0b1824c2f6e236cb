package neox.model.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import neox.model.ReferenceFormulas;
import neox.model.StoredTypes;
import neox.parallel.TensorParallel;
import neox.tensor.NativeRuntime;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AlibiTest {
  private static final Placement FLOAT = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// The paper's §3 for 8 heads, its footnote for numbers that are no power of two.
  @Test
  void slopesFallGeometrically() {
    assertThat(Alibi.slopes(4)).containsExactly(1 / 4.0, 1 / 16.0, 1 / 64.0, 1 / 256.0);
    assertThat(Alibi.slopes(8))
        .containsExactly(
            1 / 2.0, 1 / 4.0, 1 / 8.0, 1 / 16.0, 1 / 32.0, 1 / 64.0, 1 / 128.0, 1 / 256.0);
    assertThat(Alibi.slopes(6))
        .containsExactly(1 / 4.0, 1 / 16.0, 1 / 64.0, 1 / 256.0, 1 / 2.0, 1 / 8.0);
    double[] twelve = Alibi.slopes(12);
    assertThat(Arrays.copyOf(twelve, 8)).containsExactly(Alibi.slopes(8));
    for (int i = 0; i < 4; i++) {
      assertThat(twelve[8 + i]).isCloseTo(Math.pow(2, -0.5 - i), within(1e-15));
    }
  }

  @Test
  void slopesAreThoseOfThePapersRecursion() {
    for (int heads = 1; heads <= 130; heads++) {
      double[] expected =
          ReferenceFormulas.slopes(heads).stream().mapToDouble(Double::doubleValue).toArray();
      assertThat(Alibi.slopes(heads)).containsExactly(expected, within(1e-14));
    }
  }

  @Test
  void scoresSinkWithTheDistance() {
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Alibi alibi = Alibi.of(4, FLOAT, TensorParallel.single(), owner);
      Tensor bias = alibi.bias(new Places.From(2), 2).orElseThrow(); // [n, s, t]
      assertThat(StoredTypes.sizes(bias)).containsExactly(4, 2, 4);
      assertThat(TensorData.floats(bias.select(0, 0)))
          .containsExactly(-0.5f, -0.25f, -0f, 0.25f, -0.75f, -0.5f, -0.25f, -0f);
      assertThat(TensorData.floats(bias.select(0, 3).select(0, 1)))
          .containsExactly(-3 / 256f, -2 / 256f, -1 / 256f, -0f);
    }
  }

  @Test
  void eachRowHasItsOwnDistances() {
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Alibi alibi = Alibi.of(4, FLOAT, TensorParallel.single(), owner);
      Places slots = new Places.Each(FLOAT.ids(new int[][] {{1}, {3}}), 4);
      Tensor bias = alibi.bias(slots, 1).orElseThrow(); // [b, n, s, t]
      assertThat(StoredTypes.sizes(bias)).containsExactly(2, 4, 1, 4);
      assertThat(TensorData.floats(bias.select(1, 0)))
          .containsExactly(-0.25f, -0f, 0.25f, 0.5f, -0.75f, -0.5f, -0.25f, -0f);
    }
  }
}
