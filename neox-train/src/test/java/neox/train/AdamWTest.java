package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.base.UserException;
import neox.config.OptimizerConfig;
import neox.model.Parameter;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.Initializer;
import neox.weights.ParameterSpec;
import neox.weights.Shape;
import neox.weights.Share;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdamWTest {
  private static final OptimizerConfig CONFIG = new OptimizerConfig(0.01, 0.9, 0.95, 1e-8, 0.1, 0);
  private static final float[] WEIGHTS = {1f, -2f, 0.5f};
  private static final float[][] GRADIENTS = {{0.5f, -0.25f, 0f}, {-1f, 0.125f, 2f}};

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void followsTheFormulaAndDecaysMatricesOnly() {
    try (var _ = Scope.open()) {
      Parameter matrix = parameter("w", true, ScalarType.Float);
      Parameter bias = parameter("b", false, ScalarType.Float);
      List<Parameter> parameters = List.of(matrix, bias);
      try (StepGradients gradients = StepGradients.of(parameters);
          AdamW optimizer = new AdamW(parameters, gradients, CONFIG)) {
        for (float[] gradient : GRADIENTS) {
          set(gradients.sum(0), gradient);
          set(gradients.sum(1), gradient);
          optimizer.step(0.01);
        }
      }
      assertThat(TensorData.floats(matrix.value()))
          .containsExactly(reference(0.1), within(1e-6f)); // float32 against double
      assertThat(TensorData.floats(bias.value())).containsExactly(reference(0), within(1e-6f));
    }
  }

  @Test
  void narrowWeightsAreRoundedFromMastersThatKeepSmallSteps() {
    try (var _ = Scope.open()) {
      Parameter weight = parameter("w", false, ScalarType.BFloat16);
      List<Parameter> parameters = List.of(weight);
      try (StepGradients gradients = StepGradients.of(parameters);
          AdamW optimizer = new AdamW(parameters, gradients, CONFIG)) {
        set(gradients.sum(0), new float[] {1, 1, 1});
        optimizer.step(1e-4); // less than the spacing of bfloat16 at 1
        assertThat(TensorData.floats(weight.value())[0]).isEqualTo(1f);
        for (int i = 0; i < 99; i++) {
          optimizer.step(1e-4);
        }
        assertThat(TensorData.floats(weight.value())[0]).isCloseTo(0.99f, within(0.004f));
      }
    }
  }

  @Test
  void continuesExactlyFromASavedState() throws IOException {
    try (var _ = Scope.open()) {
      Parameter first = parameter("w", true, ScalarType.Float);
      Parameter second = parameter("w", true, ScalarType.Float);
      try (StepGradients gradients = StepGradients.of(List.of(first));
          AdamW optimizer = new AdamW(List.of(first), gradients, CONFIG)) {
        set(gradients.sum(0), GRADIENTS[0]);
        optimizer.step(0.01);
        optimizer.save(directory);
        set(second.value(), TensorData.floats(first.value()));
        set(gradients.sum(0), GRADIENTS[1]);
        optimizer.step(0.01);
      }
      try (StepGradients gradients = StepGradients.of(List.of(second));
          AdamW optimizer = new AdamW(List.of(second), gradients, CONFIG)) {
        optimizer.restore(directory);
        set(gradients.sum(0), GRADIENTS[1]);
        optimizer.step(0.01);
      }
      assertThat(TensorData.floats(second.value())).isEqualTo(TensorData.floats(first.value()));
    }
  }

  @Test
  void refusesTheStateOfAnotherNetworkOrPrecision() throws IOException {
    try (var _ = Scope.open()) {
      withOptimizer(parameter("w", true, ScalarType.Float), optimizer -> optimizer.save(directory));
      assertThatThrownBy(() -> restore(parameter("v", true, ScalarType.Float)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("state of another network (1 parameters, expected 1)");
      assertThatThrownBy(() -> restore(parameter("w", true, ScalarType.BFloat16)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("training in another precision");
    }
  }

  private interface Use {
    void of(AdamW optimizer) throws IOException;
  }

  private void restore(Parameter parameter) throws IOException {
    withOptimizer(parameter, optimizer -> optimizer.restore(directory));
  }

  private static void withOptimizer(Parameter parameter, Use use) throws IOException {
    try (StepGradients gradients = StepGradients.of(List.of(parameter));
        AdamW optimizer = new AdamW(List.of(parameter), gradients, CONFIG)) {
      use.of(optimizer);
    }
  }

  /// The two steps in double arithmetic.
  private static float[] reference(double weightDecay) {
    float[] result = new float[WEIGHTS.length];
    for (int i = 0; i < WEIGHTS.length; i++) {
      double p = WEIGHTS[i];
      double m = 0;
      double v = 0;
      for (int t = 1; t <= GRADIENTS.length; t++) {
        double g = GRADIENTS[t - 1][i];
        m = 0.9 * m + 0.1 * g;
        v = 0.95 * v + 0.05 * g * g;
        double update =
            m / (1 - Math.pow(0.9, t)) / (Math.sqrt(v / (1 - Math.pow(0.95, t))) + 1e-8);
        p -= 0.01 * (update + weightDecay * p);
      }
      result[i] = (float) p;
    }
    return result;
  }

  private static Parameter parameter(String name, boolean decays, ScalarType type) {
    Tensor value = TensorData.ofFloats(WEIGHTS, WEIGHTS.length).to(type).set_requires_grad(true);
    return new Parameter(
        new ParameterSpec(
            0, name, Shape.of(WEIGHTS.length), new Initializer.Constant(0), decays, Share.SAME),
        value);
  }

  private static void set(Tensor target, float[] values) {
    try (var _ = new NoGradGuard()) {
      target.copy_(TensorData.ofFloats(values, values.length));
    }
  }
}
