package neox.parallel.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.Communicator;
import neox.tensor.Gradients;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Pipelines whose stages are threads, compared with one stage that has all the layers.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PipelineParallelTest {
  private static final int LAYERS = 4;
  private static final long[] SHAPE = {2, 3}; // [b, h]

  /// What a run has computed, by the numbers of micro-batches and of layers.
  private record Outcome(Map<Integer, float[]> losses, Map<Integer, float[]> gradients) {
    Outcome() {
      this(new ConcurrentSkipListMap<>(), new ConcurrentSkipListMap<>());
    }

    void isTheSameAs(Outcome other) {
      // The same operations on the same numbers in the same order: the same bits.
      assertThat(texts(losses)).isEqualTo(texts(other.losses));
      assertThat(texts(gradients)).isEqualTo(texts(other.gradients));
    }

    private static Map<Integer, List<Float>> texts(Map<Integer, float[]> numbers) {
      Map<Integer, List<Float>> lists = new TreeMap<>();
      numbers.forEach((key, values) -> {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
          list.add(value);
        }
        lists.put(key, list);
      });
      return lists;
    }
  }

  /// Some of the layers `x ← tanh(W x)`; the last stage sums up. Owns its tensors.
  private static final class Layers implements Stage, AutoCloseable {
    private final Communicator pipe;
    private final Outcome outcome;
    private final Map<Integer, Tensor> weights = new TreeMap<>();
    private final Map<Integer, Tensor> inputs = new HashMap<>();
    private final Map<Integer, Tensor> outputs = new HashMap<>();

    Layers(Communicator pipe, Outcome outcome) {
      this.pipe = pipe;
      this.outcome = outcome;
      for (int layer = 0; layer < LAYERS; layer++) {
        if (layer * pipe.size() / LAYERS == pipe.rank()) {
          weights.put(layer, Scope.keep(random(layer, 3, 3).set_requires_grad(true)));
        }
      }
    }

    @Override
    public Tensor forward(int microBatch, Optional<Tensor> activation) {
      Tensor x = activation.orElseGet(() -> random(100 + microBatch, SHAPE)).detach();
      x.set_requires_grad(activation.isPresent());
      Tensor y = x;
      for (Tensor weight : weights.values()) {
        y = torch.linear(y, weight).tanh();
      }
      if (pipe.isLast()) {
        y = y.sum();
        outcome.losses.put(microBatch, TensorData.floats(y));
      }
      if (y.requires_grad()) {
        inputs.put(microBatch, Scope.keep(x));
        outputs.put(microBatch, Scope.keep(y));
      }
      return y;
    }

    @Override
    public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
      Tensor x = Scope.adopt(requireNonNull(inputs.remove(microBatch)));
      Tensor y = Scope.adopt(requireNonNull(outputs.remove(microBatch)));
      y.backward(
          gradient.orElseGet(Tensor::new), new BoolOptional(), false, new TensorArrayRefOptional());
      return Gradients.of(x);
    }

    @Override
    public void close() {
      try (var _ = Scope.open()) {
        weights.forEach((layer, weight) ->
            Gradients.of(weight)
                .ifPresent(gradient -> outcome.gradients.put(layer, TensorData.floats(gradient))));
      }
      weights.values().forEach(Scope::release);
    }
  }

  private static Tensor random(int seed, long... shape) {
    return torch.randn(shape, new GeneratorOptional(torch.make_generator_cpu(seed)));
  }

  private static Outcome run(
      int stages, int microBatches, BiFunction<Communicator, Integer, List<Step>> schedule) {
    Outcome outcome = new Outcome();
    Ranks.runInProcess(
        new Topology(stages, 1, 1),
        ranks -> {
          try (Layers layers = new Layers(ranks.pipe(), outcome)) {
            StageLink link = StageLink.over(ranks.pipe(), () -> torch.empty(SHAPE));
            StageRunner.of(layers, link, ranks.pipe())
                .run(schedule.apply(ranks.pipe(), microBatches));
            assertThat(layers.outputs).isEmpty();
          }
        });
    return outcome;
  }

  @Test
  void lossesAndGradientsAreThoseOfOneStage() {
    for (int microBatches = 1; microBatches <= 8; microBatches++) {
      Outcome one = run(1, microBatches, PipelineSchedule::oneForwardOneBackward);
      assertThat(one.losses).hasSize(microBatches);
      assertThat(one.gradients).hasSize(LAYERS);
      for (int stages = 2; stages <= LAYERS; stages++) {
        run(stages, microBatches, PipelineSchedule::oneForwardOneBackward).isTheSameAs(one);
      }
    }
  }

  @Test
  void forwardOnlyComputesTheLossesAlone() {
    BiFunction<Communicator, Integer, List<Step>> training =
        PipelineSchedule::oneForwardOneBackward;
    Outcome one = run(1, 5, training);
    for (int stages = 1; stages <= LAYERS; stages++) {
      Outcome evaluated = new Outcome();
      Ranks.runInProcess(
          new Topology(stages, 1, 1),
          ranks -> {
            try (Layers layers = new Layers(ranks.pipe(), evaluated);
                var _ = new NoGradGuard()) {
              StageLink link = StageLink.over(ranks.pipe(), () -> torch.empty(SHAPE));
              StageRunner.of(layers, link, ranks.pipe())
                  .run(PipelineSchedule.forwardOnly(ranks.pipe(), 5));
            }
          });
      evaluated.isTheSameAs(new Outcome(one.losses, Map.of()));
    }
  }
}
