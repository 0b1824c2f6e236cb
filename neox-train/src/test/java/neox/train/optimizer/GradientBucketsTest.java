package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Index.atIndex;

import java.util.Arrays;
import java.util.List;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.optimizer.GradientBuckets.Accumulation;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GradientBucketsTest {
  private static final ParameterSpec SPEC = Parameters.spec("w", Group.DECAYING, 2);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void addsUpTheMicroBatchesOfAStepAndForgetsTheLast() {
    try (var _ = Scope.open()) {
      Parameter parameter = Parameters.of(SPEC, ScalarType.Float, 1, 2);
      try (GradientBuckets gradients = of(parameter)) {
        backward(parameter, gradients, 3);
        backward(parameter, gradients, 4);
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(7, 7);
        gradients.clear();
        backward(parameter, gradients, 5);
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(5, 5);
      }
    }
  }

  @Test
  void sumsOfNarrowGradientsKeepSmallContributions() {
    try (var _ = Scope.open()) {
      Parameter parameter = Parameters.of(SPEC, ScalarType.BFloat16, 1, 2);
      try (GradientBuckets gradients = of(parameter)) {
        backward(parameter, gradients, 256);
        for (int i = 0; i < 4; i++) {
          backward(parameter, gradients, 0.5f); // lost if added to 256 in bfloat16
        }
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(258, 258);
      }
    }
  }

  @Test
  void sumsInTheirOwnTypeOverflowAsItDoes() {
    try (var _ = Scope.open()) {
      Parameter parameter = Parameters.of(SPEC, ScalarType.Half, 1, 2);
      try (GradientBuckets gradients = of(Accumulation.AS_ARRIVING, parameter)) {
        backward(parameter, gradients, 2048);
        backward(parameter, gradients, 0.5f);
        gradients.reduce();
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(2048, 2048);
        gradients.clear();
        backward(parameter, gradients, 40_000);
        backward(parameter, gradients, 40_000); // together more than the largest, 65504
        gradients.reduce();
        assertThat(gradients.norms().firstNotFinite()).contains(SPEC.key());
      }
      try (GradientBuckets gradients = of(parameter)) {
        backward(parameter, gradients, 40_000);
        backward(parameter, gradients, 40_000);
        gradients.reduce();
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(80_000, 80_000);
      }
    }
  }

  @Test
  void clipsByTheGlobalNorm() {
    try (var _ = Scope.open()) {
      Parameter parameter = Parameters.of(SPEC, ScalarType.Float, 1, 2);
      try (GradientBuckets gradients = of(parameter)) {
        backward(parameter, gradients, 3);
        assertThat(gradients.norms().byKey()).containsOnlyKeys("0.w");
        double norm = gradients.norms().global();
        assertThat(norm).isCloseTo(Math.sqrt(18), within(1e-6)); // a float32
        gradients.clip(norm, 0);
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(3, 3);
        gradients.clip(norm, 5);
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(3, 3);
        gradients.clip(norm, 1);
        assertThat(gradients.norms().global()).isCloseTo(1, within(1e-6)); // float32, and the 1e-6
      }
    }
  }

  @Test
  void takesTheLossScaleBackAndNamesTheFirstGradientThatIsNotFinite() {
    try (var _ = Scope.open()) {
      Parameter parameter = Parameters.of(SPEC, ScalarType.Half, 1, 2);
      try (GradientBuckets gradients = of(parameter)) {
        backward(parameter, gradients, 1024);
        gradients.unscale(1024);
        assertThat(TensorData.floats(gradients.sum(SPEC))).containsExactly(1, 1);
        assertThat(gradients.norms().firstNotFinite()).isEmpty();
        Parameters.set(gradients.sum(SPEC), 1, Float.POSITIVE_INFINITY);
        assertThat(gradients.norms().firstNotFinite()).contains(SPEC.key());
        Parameters.set(gradients.sum(SPEC), Float.NaN, 0);
        assertThat(gradients.norms().firstNotFinite()).contains(SPEC.key());
      }
    }
  }

  @Test
  void whatIsNotTrainedHasNoGradientMemory() {
    try (var _ = Scope.open()) {
      Parameter frozen = Parameters.of(SPEC.withTrainable(false), ScalarType.Float, 1, 2);
      Parameter trained = Parameters.of(Parameters.spec("v", Group.PLAIN, 1), ScalarType.Float, 1);
      try (GradientBuckets gradients = of(frozen, trained)) {
        assertThat(Gradients.of(frozen.value())).isEmpty();
        assertThat(Gradients.of(trained.value())).isPresent();
        assertThat(gradients.norms().byKey()).containsOnlyKeys("0.v");
      }
    }
  }

  @Test
  void parametersTreatedAlikeShareOneBuffer() {
    try (var _ = Scope.open()) {
      Parameter a = Parameters.of(SPEC, ScalarType.Float, 1, 2);
      Parameter b =
          Parameters.of(Parameters.spec("b", new Group(true, 0.5), 1), ScalarType.Float, 1);
      Parameter c = Parameters.of(Parameters.spec("c", Group.DECAYING, 1), ScalarType.Float, 1);
      try (GradientBuckets gradients = of(a, b, c)) {
        assertThat(gradients.buckets()).hasSize(2);
        backward(c, gradients, 7);
        assertThat(TensorData.floats(gradients.buckets().getFirst().sums()))
            .hasSize(128)
            .startsWith(0, 0, 0)
            .contains(7, atIndex(64));
      }
    }
  }

  private static GradientBuckets of(Parameter... parameters) {
    return of(Accumulation.FLOAT32, parameters);
  }

  private static GradientBuckets of(Accumulation accumulation, Parameter... parameters) {
    List<ParameterSpec> network = List.of(parameters).stream().map(Parameter::spec).toList();
    return GradientBuckets.of(
        Holdings.of(List.of(parameters), network, Ranks.single()), accumulation, Cut.ANYWHERE);
  }

  /// Leaves a gradient of `value` in every entry.
  private static void backward(Parameter parameter, GradientBuckets gradients, float value) {
    float[] gradient = new float[Math.toIntExact(parameter.spec().shape().count())];
    Arrays.fill(gradient, value);
    Parameters.backward(parameter, gradient);
    gradients.accumulate();
  }
}
