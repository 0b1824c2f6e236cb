package neox.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowActivationTest {
  @BeforeEach
  void start() {
    NativeRuntime.start(1);
    assumeThat(RowProduct.isFast()).as("this JVM has vectors of 256 bits").isTrue();
    torch.manual_seed(1);
  }

  private static Tensor exact(RowActivation.Kind kind, Tensor x) {
    return switch (kind) {
      case GELU -> torch.gelu(x);
      case TANH_GELU -> torch.gelu(x, "tanh");
      case RELU -> torch.relu(x);
      case SILU -> torch.silu(x);
      case MISH -> torch.mish(x);
      case SOFTSIGN -> x.div(x.abs().add(new Scalar(1)));
      case SIGMOID -> torch.sigmoid(x);
      case IDENTITY -> x;
    };
  }

  /// To a few of float32's steps, relative to the result, from -30 to 30.
  @ParameterizedTest
  @EnumSource(RowActivation.Kind.class)
  void isTheFunctionAllAlongTheLine(RowActivation.Kind kind) {
    try (var _ = Scope.open()) {
      Tensor x = torch.linspace(new Scalar(-30), new Scalar(30), 60_001);
      Tensor y = new RowActivation(kind, false).of(x).to(ScalarType.Double);
      Tensor expected = exact(kind, x.to(ScalarType.Double));
      Tensor apart = y.sub(expected).abs();
      assertThat(apart.max().item_double()).isLessThan(4e-6); // of results up to 30
      Tensor small = apart.div(expected.abs().add(new Scalar(1e-6)));
      assertThat(small.max().item_double()).isLessThan(1e-4); // a difference of two is of none
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16", "Half"})
  void multipliesTheFirstHalfOfARowWithTheSecondOnes(ScalarType type) {
    for (int width : new int[] {1, 16, 37, 96}) {
      try (var _ = Scope.open()) {
        Tensor x = torch.randn(3, 2, 2L * width).to(type);
        Tensor wide = x.to(ScalarType.Double);
        Tensor expected = torch.silu(wide.narrow(-1, width, width)).mul(wide.narrow(-1, 0, width));
        Tensor y = new RowActivation(RowActivation.Kind.SILU, true).of(x);
        assertThat(y.sizes().vec().get()).containsExactly(3, 2, width);
        double apart = y.to(ScalarType.Double).sub(expected).abs().max().item_double();
        assertThat(apart).isLessThan(type == ScalarType.Float ? 2e-6 : 4e-2);
      }
    }
  }

  @Test
  void aNumberIsTheSameBitsWhereverItStandsAndOnAnyNumberOfThreads() {
    try (var _ = Scope.open()) {
      Tensor x = torch.randn(1).expand(500, 37).contiguous();
      float[] first = new float[500 * 37];
      for (int threads : new int[] {1, 3}) {
        NativeRuntime.start(threads);
        float[] all = TensorData.floats(new RowActivation(RowActivation.Kind.GELU, false).of(x));
        Arrays.fill(first, all[0]);
        assertThat(all).containsExactly(first);
      }
    }
  }
}
