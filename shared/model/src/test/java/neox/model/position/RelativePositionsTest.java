package neox.model.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import neox.config.model.Positions;
import neox.model.StoredTypes;
import neox.tensor.NativeRuntime;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RelativePositionsTest {
  private static final Placement FLOAT = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void halfOfTheBucketsAreExactAndTheOthersGrow() {
    // 8 + ⌊8 · log(distance / 8) / log(32 / 8)⌋
    long[] expected = {
      0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14, 14, 14,
      14, 15, 15, 15, 15, 15, 15
    };
    long[] buckets = RelativePositions.bucketsUpTo(new Positions.Relative(16, 32));
    assertThat(Arrays.copyOf(buckets, 20)).containsExactly(Arrays.copyOf(expected, 20));
    assertThat(buckets).containsExactly(expected);
  }

  /// The operations of NeoX's `_relative_position_bucket` one after the other, in float32.
  @Test
  void bucketsAreThoseOfNeoXWithItsRounding() {
    for (int buckets : new int[] {2, 3, 8, 31, 32, 64, 128}) {
      for (int max : new int[] {buckets / 2 + 1, buckets, 100, 128, 129, 500, 2048, 4096}) {
        if (max > buckets / 2) {
          assertThat(RelativePositions.bucketsUpTo(new Positions.Relative(buckets, max)))
              .as("%d buckets up to %d", buckets, max)
              .containsExactly(neox(buckets, max, max + 1));
          // From there on, all distances share the last one.
          assertThat(Arrays.stream(neox(buckets, max, 3 * max)).skip(max))
              .containsOnly(buckets - 1L);
        }
      }
    }
  }

  private static long[] neox(int buckets, int max, int count) {
    try (var _ = Scope.open()) {
      int exact = buckets / 2;
      Tensor n = FLOAT.positions(0, count);
      Tensor large =
          torch
              .log(n.to(ScalarType.Float).div(new Scalar(exact)))
              .div(new Scalar(Math.log((double) max / exact)))
              .mul(new Scalar(buckets - exact))
              .to(ScalarType.Long)
              .add(new Scalar(exact))
              .clamp_max(new Scalar(buckets - 1));
      return TensorData.longs(torch.where(n.lt(new Scalar(exact)), n, large));
    }
  }

  @Test
  void addsTheTablesNumberTimesTheRootOfTheHeadDim() {
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Tensor table = FLOAT.floats(new float[] {0, 100, 1, 101, 2, 102, 3, 103}, 4, 2);
      RelativePositions scheme =
          new RelativePositions(new Positions.Relative(4, 5), 9, Optional.of(table), FLOAT, owner);
      Tensor bias = scheme.bias(new Places.From(6), 2).orElseThrow(); // [n, s, t]
      assertThat(StoredTypes.sizes(bias)).containsExactly(2, 2, 8);
      // Distances 6 to -1, then 7 to 0.
      assertThat(TensorData.floats(bias.select(0, 0)))
          .containsExactly(9, 9, 9, 6, 6, 3, 0, 0, 9, 9, 9, 9, 6, 6, 3, 0);
      assertThat(TensorData.floats(bias.select(0, 1).select(0, 1)))
          .containsExactly(309, 309, 309, 309, 306, 306, 303, 300);
    }
  }

  @Test
  void hasNoBiasOnStagesWithoutBlocks() {
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      RelativePositions scheme =
          new RelativePositions(new Positions.Relative(4, 5), 9, Optional.empty(), FLOAT, owner);
      assertThat(scheme.bias(new Places.From(0), 2)).isEmpty();
    }
  }
}
