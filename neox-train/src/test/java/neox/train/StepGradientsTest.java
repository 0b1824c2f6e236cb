package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import neox.model.Parameter;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.Initializer;
import neox.weights.ParameterSpec;
import neox.weights.Shape;
import neox.weights.Share;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StepGradientsTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void addsUpTheMicroBatchesOfAStepAndForgetsTheLast() {
    try (var _ = Scope.open()) {
      Parameter parameter = parameter(ScalarType.Float);
      try (StepGradients gradients = StepGradients.of(List.of(parameter))) {
        backward(parameter, gradients, 3);
        backward(parameter, gradients, 4);
        assertThat(TensorData.floats(gradients.sum(0))).containsExactly(7, 7);
        gradients.clear();
        backward(parameter, gradients, 5);
        assertThat(TensorData.floats(gradients.sum(0))).containsExactly(5, 5);
      }
    }
  }

  @Test
  void sumsOfNarrowGradientsKeepSmallContributions() {
    try (var _ = Scope.open()) {
      Parameter parameter = parameter(ScalarType.BFloat16);
      try (StepGradients gradients = StepGradients.of(List.of(parameter))) {
        backward(parameter, gradients, 256);
        for (int i = 0; i < 4; i++) {
          backward(parameter, gradients, 0.5); // lost if added to 256 in bfloat16
        }
        assertThat(TensorData.floats(gradients.sum(0))).containsExactly(258, 258);
      }
    }
  }

  @Test
  void clipsByTheGlobalNorm() {
    try (var _ = Scope.open()) {
      Parameter parameter = parameter(ScalarType.Float);
      try (StepGradients gradients = StepGradients.of(List.of(parameter))) {
        backward(parameter, gradients, 3);
        assertThat(gradients.norms()).containsOnlyKeys("0.w");
        double norm = StepGradients.globalNorm(gradients.norms().values());
        assertThat(norm).isCloseTo(Math.sqrt(18), within(1e-6));
        gradients.clip(norm, 0);
        assertThat(TensorData.floats(gradients.sum(0))).containsExactly(3, 3);
        gradients.clip(norm, 5);
        assertThat(TensorData.floats(gradients.sum(0))).containsExactly(3, 3);
        gradients.clip(norm, 1);
        double clipped = StepGradients.globalNorm(gradients.norms().values());
        assertThat(clipped).isCloseTo(1, within(1e-6));
      }
    }
  }

  /// Leaves a gradient of `value` in every entry.
  private static void backward(Parameter parameter, StepGradients gradients, double value) {
    parameter.value().sum().mul(new Scalar(value)).backward();
    gradients.accumulate();
  }

  private static Parameter parameter(ScalarType type) {
    Tensor value = TensorData.ofFloats(new float[] {1, 2}, 2).to(type).set_requires_grad(true);
    return new Parameter(
        new ParameterSpec(0, "w", Shape.of(2), new Initializer.Constant(0), true, Share.SAME),
        value);
  }
}
