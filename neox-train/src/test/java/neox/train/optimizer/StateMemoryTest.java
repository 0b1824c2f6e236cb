package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import neox.config.OptimizerRule;
import neox.config.ZeroConfig;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A step that is taken in memory apart from the weights is the same step.
class StateMemoryTest {
  private static final ZeroConfig OFFLOADED = new ZeroConfig(1, 1000, false, true);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16"})
  void stepsApartHaveTheBitsOfStepsWithTheWeights(ScalarType type) {
    assertThat(weights(type, StateMemory.APART))
        .containsExactly(weights(type, StateMemory.WITH_THE_WEIGHTS));
  }

  /// On a CPU all is main memory.
  @Test
  void onlyWhatIsNotInMainMemoryIsApart() {
    assertThat(StateMemory.of(OFFLOADED, Device.CPU)).isEqualTo(StateMemory.WITH_THE_WEIGHTS);
    assertThat(StateMemory.of(OFFLOADED, new Device.Cuda(0))).isEqualTo(StateMemory.APART);
    assertThat(StateMemory.of(ZeroConfig.NONE, new Device.Cuda(0)))
        .isEqualTo(StateMemory.WITH_THE_WEIGHTS);
  }

  private static float[] weights(ScalarType type, StateMemory memory) {
    ParameterSpec spec = Parameters.spec("w", Group.DECAYING, 33, 7);
    try (var _ = Scope.open()) {
      Parameter parameter = Parameters.random(spec, type, 1);
      List<ParameterSpec> network = new ArrayList<>(List.of(spec));
      Holdings holdings = Holdings.of(List.of(parameter), network, Ranks.single());
      try (GradientBuckets gradients = GradientBuckets.of(holdings);
          var _ = new NoGradGuard();
          SlicedState state =
              SlicedState.whole(
                  gradients.buckets().getFirst(),
                  UpdateRule.of(new OptimizerRule.Adam(0.9, 0.95, 1e-8)),
                  memory)) {
        for (int step = 1; step <= 3; step++) {
          Parameters.set(gradients.sum(spec), Parameters.noise(33 * 7, step));
          state.update(0.01, 0.1, step);
        }
        return TensorData.floats(parameter.value());
      }
    }
  }
}
