package neox.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.Optional;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RowNormTest {
  private static final double EPS = 1e-5;

  @BeforeEach
  void start() {
    NativeRuntime.start(1);
    assumeThat(RowProduct.isFast()).as("this JVM has vectors of 256 bits").isTrue();
    torch.manual_seed(1);
  }

  @AfterEach
  void oneThreadAsBefore() {
    NativeRuntime.start(1);
  }

  private static RowNorm norm(RowNorm.Kind kind, int width, ScalarType type) {
    Optional<Tensor> scale = Optional.of(torch.rand(width).to(type));
    return switch (kind) {
      case LAYER -> new RowNorm(kind, width, EPS, scale, Optional.of(torch.randn(width).to(type)));
      case RMS -> new RowNorm(kind, width, EPS, scale, Optional.empty());
      case LENGTH ->
          new RowNorm(kind, width, EPS, Optional.of(torch.rand(1).to(type)), Optional.empty());
    };
  }

  private static Tensor exact(RowNorm norm, Tensor x) {
    Tensor scale = norm.scale().orElseThrow().to(ScalarType.Double);
    Tensor meanSquare = x.pow(new Scalar(2)).mean(new long[] {-1}, true, new ScalarTypeOptional());
    return switch (norm.kind()) {
      case LAYER ->
          torch.layer_norm(
              x,
              new long[] {norm.width()},
              new TensorOptional(scale),
              new TensorOptional(norm.shift().orElseThrow().to(ScalarType.Double)),
              EPS,
              false);
      case RMS -> x.mul(meanSquare.add(new Scalar(EPS)).rsqrt()).mul(scale);
      case LENGTH -> x.div(meanSquare.mul(new Scalar((double) norm.width())).sqrt()).mul(scale);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "LAYER, Float",
    "LAYER, BFloat16",
    "LAYER, Half",
    "RMS, Float",
    "RMS, BFloat16",
    "LENGTH, Float",
    "LENGTH, Half"
  })
  void isItsFormula(RowNorm.Kind kind, ScalarType type) {
    for (int width : new int[] {2, 16, 37, 512}) {
      try (var _ = Scope.open()) {
        RowNorm norm = norm(kind, width, type);
        Tensor x = torch.randn(3, 2, width).add(new Scalar(1)).to(type);
        Tensor y = norm.of(x);
        assertThat(y.sizes().vec().get()).containsExactly(3, 2, width);
        Tensor apart = y.to(ScalarType.Double).sub(exact(norm, x.to(ScalarType.Double))).abs();
        assertThat(apart.max().item_double()).isLessThan(type == ScalarType.Float ? 2e-6 : 4e-2);
      }
    }
  }

  /// As the queries and keys of each head have their own.
  @Test
  void rowsMayHaveScalesByTurns() {
    try (var _ = Scope.open()) {
      Tensor scale = torch.rand(3, 20);
      Tensor x = torch.randn(2, 3, 20);
      RowNorm norm = new RowNorm(RowNorm.Kind.RMS, 20, EPS, Optional.of(scale), Optional.empty());
      Tensor apart = norm.of(x).to(ScalarType.Double).sub(exact(norm, x.to(ScalarType.Double)));
      assertThat(apart.abs().max().item_double()).isLessThan(2e-6);
    }
  }

  @ParameterizedTest
  @EnumSource(RowNorm.Kind.class)
  void aRowIsTheSameBitsAloneAndAmongOthersAndOnAnyNumberOfThreads(RowNorm.Kind kind) {
    try (var _ = Scope.open()) {
      RowNorm norm = norm(kind, 203, ScalarType.Float);
      Tensor x = torch.randn(400, 203);
      float[] all = TensorData.floats(norm.of(x));
      NativeRuntime.start(3);
      assertThat(TensorData.floats(norm.of(x))).containsExactly(all);
      float[] alone = TensorData.floats(norm.of(x.narrow(0, 251, 1)));
      assertThat(alone).containsExactly(Arrays.copyOfRange(all, 251 * 203, 252 * 203));
    }
  }
}
