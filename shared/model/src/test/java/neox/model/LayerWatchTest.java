package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Steps use no weights but their own, and what is told is true: weights that are no numbers
/// outside of their steps change no bit, and gradients that are said to be complete are.
class LayerWatchTest {
  private static final List<RecomputeConfig> RECOMPUTED =
      List.of(
          new RecomputeConfig.Nothing(),
          new RecomputeConfig.Blocks(2),
          new RecomputeConfig.Selected(
              Set.of(RecomputeConfig.Part.CORE_ATTN, RecomputeConfig.Part.MLP)));

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  static Stream<ModelConfig> architectures() {
    return RecomputationTest.architectures();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void weightsAreNeededInTheirStepsAlone(ModelConfig config) {
    for (RecomputeConfig recompute : RECOMPUTED) {
      List<float[]> expected;
      try (Network network = network(config, recompute)) {
        expected = gradients(network);
      }
      try (Network network = network(config, recompute)) {
        Poison poison = new Poison(network);
        network.watch(poison);
        List<float[]> actual = gradients(network);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
          assertThat(actual.get(i)).as("%s, tensor %d", recompute, i).isEqualTo(expected.get(i));
        }
        assertThat(poison.complete).isNotEmpty();
        poison.complete.forEach((key, gradient) ->
            assertThat(gradient)
                .as(key)
                .isEqualTo(
                    TensorData.floats(
                        Gradients.of(poison.parameter(key).value()).orElseThrow().view(-1))));
      }
    }
  }

  @Test
  void stepsAreToldInTheOrderOfThePass() {
    List<String> told = new ArrayList<>();
    try (Network network = network(Configs.gpt3(), new RecomputeConfig.Blocks(2))) {
      LayerWatch recorder = new Recorder(told);
      network.watch(recorder);
      gradients(network);
      assertThat(network.uses().getFirst().steps()).containsExactly(1, 5); // the tied embedding
    }
    // Embedding 1, blocks 2 and 3, final norm 4, head 5.
    assertThat(String.join(" ", told))
        .isEqualTo("f0 e0 f1 e1 f2 e2 f3 e3 f4 e4 f5 e5 B5 A5 B4 A4 B3 A3 B2 A2 B1");
  }

  private record Recorder(List<String> told) implements LayerWatch {
    @Override
    public void beforeForward(int step) {
      told.add("f" + step);
    }

    @Override
    public void afterForward(int step) {
      told.add("e" + step);
    }

    @Override
    public void beforeBackward(int step) {
      told.add("B" + step);
    }

    @Override
    public void afterBackward(int step) {
      told.add("A" + step);
    }
  }

  /// Fills weights with what is no number while no step needs them.
  private static final class Poison implements LayerWatch {
    private final Network network;
    private final Map<String, float[]> weights = new HashMap<>();
    private final Set<Integer> open = new HashSet<>();
    final Map<String, float[]> complete = new HashMap<>();

    Poison(Network network) {
      this.network = network;
      for (Parameter parameter : network.parameters()) {
        weights.put(parameter.spec().key(), TensorData.floats(parameter.value().detach().view(-1)));
      }
      settle();
    }

    Parameter parameter(String key) {
      return network.parameters().stream()
          .filter(each -> each.spec().key().equals(key))
          .findFirst()
          .orElseThrow();
    }

    private void settle() {
      try (var _ = Scope.open();
          var _ = new NoGradGuard()) {
        for (WeightUse use : network.uses()) {
          Tensor data = use.parameter().value().variable_data(); // unseen by autograd
          if (use.steps().stream().anyMatch(open::contains)) {
            float[] values = Objects.requireNonNull(weights.get(use.parameter().spec().key()));
            data.view(-1).copy_(TensorData.ofFloats(values, values.length));
          } else {
            data.fill_(new Scalar(Double.NaN));
          }
        }
      }
    }

    private void enter(int step) {
      open.add(step);
      settle();
    }

    private void leave(int step) {
      open.remove(step);
      settle();
    }

    @Override
    public void beforeForward(int step) {
      enter(step);
    }

    @Override
    public void afterForward(int step) {
      leave(step);
    }

    @Override
    public void beforeBackward(int step) {
      enter(step);
    }

    @Override
    public void afterBackward(int step) {
      leave(step);
      for (WeightUse use : network.uses()) {
        if (!use.steps().isEmpty() && use.steps().getFirst() == step) {
          Gradients.of(use.parameter().value())
              .ifPresent(gradient ->
                  complete.put(use.parameter().spec().key(), TensorData.floats(gradient.view(-1))));
        }
      }
    }
  }

  private static Network network(ModelConfig config, RecomputeConfig recompute) {
    return Passes.random(config, Passes.training(ScalarType.Float).withRecompute(recompute));
  }

  /// The loss, then the gradient of each parameter.
  private static List<float[]> gradients(Network network) {
    RandomState.seed(3);
    List<float[]> result = new ArrayList<>();
    try (var _ = Scope.open()) {
      Tensor loss = Passes.loss(network, Passes.tokens(2, 13));
      network.beginBackward();
      loss.backward();
      result.add(TensorData.floats(loss));
      for (Parameter parameter : network.parameters()) {
        Gradients.of(parameter.value()).ifPresent(g -> result.add(TensorData.floats(g.view(-1))));
      }
    }
    return result;
  }
}
