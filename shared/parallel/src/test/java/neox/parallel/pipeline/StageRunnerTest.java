package neox.parallel.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import neox.parallel.TensorParallel;
import neox.parallel.pipeline.Step.Backward;
import neox.parallel.pipeline.Step.Forward;
import neox.parallel.pipeline.Step.SendActivation;
import neox.tensor.Gradients;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class StageRunnerTest {
  /// Multiplies by its weight; the last stage also sums. Micro-batch i starts as [i + 1].
  private static final class Product implements Stage {
    final Tensor weight;
    final boolean last;
    final Map<Integer, Tensor> inputs = new HashMap<>();
    final Map<Integer, Tensor> outputs = new HashMap<>();
    final List<Float> losses = new ArrayList<>();

    Product(float value, boolean last) {
      this.weight = Scope.keep(torch.full(new long[] {1}, new Scalar(value)));
      weight.set_requires_grad(true);
      this.last = last;
    }

    @Override
    public Tensor forward(int microBatch, Optional<Tensor> activation) {
      Tensor x =
          activation
              .map(a -> a.detach().set_requires_grad(true))
              .orElseGet(() -> torch.full(new long[] {1}, new Scalar(microBatch + 1.0)));
      Tensor y = last ? x.mul(weight).sum() : x.mul(weight);
      inputs.put(microBatch, Scope.keep(x));
      outputs.put(microBatch, Scope.keep(y));
      if (last) {
        losses.add(y.item_float());
      }
      return y;
    }

    @Override
    public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
      Tensor x = Scope.adopt(requireNonNull(inputs.remove(microBatch)));
      Tensor y = Scope.adopt(requireNonNull(outputs.remove(microBatch)));
      gradient.ifPresentOrElse(
          g -> y.backward(g, new BoolOptional(), false, new TensorArrayRefOptional()), y::backward);
      return Gradients.of(x);
    }
  }

  /// Two stages in two threads; a meeting point for each direction.
  private static StageLink link(Exchanger<float[]> before, Exchanger<float[]> after) {
    return new StageLink() {
      private Tensor swap(Exchanger<float[]> with, float[] data) {
        try {
          float[] received = with.exchange(data, 20, TimeUnit.SECONDS);
          return TensorData.ofFloats(received.length == 0 ? new float[1] : received, 1);
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public void sendToNext(Tensor activation) {
        swap(after, TensorData.floats(activation));
      }

      @Override
      public void sendToPrevious(Tensor gradient) {
        swap(before, TensorData.floats(gradient));
      }

      @Override
      public Tensor receiveFromNext() {
        return swap(after, new float[0]);
      }

      @Override
      public Tensor receiveFromPrevious() {
        return swap(before, new float[0]);
      }

      @Override
      public Tensor swapWithNext(Tensor activation) {
        return swap(after, TensorData.floats(activation));
      }

      @Override
      public Tensor swapWithPrevious(Tensor gradient) {
        return swap(before, TensorData.floats(gradient));
      }
    };
  }

  @Test
  void oneStageAccumulatesGradients() {
    Product stage = new Product(2, true);
    StageRunner.single(stage).run(PipelineSchedule.oneForwardOneBackward(0, 1, 3));
    assertThat(stage.losses).containsExactly(2f, 4f, 6f);
    assertThat(stage.weight.grad().item_float()).isEqualTo(1f + 2f + 3f);
    assertThat(stage.outputs).isEmpty();
  }

  @Test
  void threeStagesComputeWhatOneWould() throws Exception {
    int microBatches = 5;
    float[] weights = {2, 3, 5};
    List<Exchanger<float[]>> between =
        List.of(new Exchanger<>(), new Exchanger<>(), new Exchanger<>(), new Exchanger<>());
    List<Product> stages = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int s = 0; s < 3; s++) {
        int index = s;
        Product stage = new Product(weights[s], s == 2);
        stages.add(stage);
        StageLink link = link(between.get(s), between.get(s + 1));
        runs.add(
            threads.submit(() ->
                StageRunner.of(stage, link, index, 3)
                    .run(PipelineSchedule.oneForwardOneBackward(index, 3, microBatches))));
      }
      for (Future<?> run : runs) {
        run.get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(stages.get(2).losses).containsExactly(30f, 60f, 90f, 120f, 150f);
    // d/dw_k of sum over i of (i+1)·w1·w2·w3
    assertThat(stages.get(0).weight.grad().item_float()).isEqualTo(15f * 3 * 5);
    assertThat(stages.get(1).weight.grad().item_float()).isEqualTo(15f * 2 * 5);
    assertThat(stages.get(2).weight.grad().item_float()).isEqualTo(15f * 2 * 3);
  }

  @Test
  void aStageAloneCannotTalk() {
    StageRunner runner = StageRunner.of(new Product(1, false), StageLink.none(), 0, 2);
    assertThatThrownBy(() -> runner.run(List.of(new Forward(0), new SendActivation(0))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a pipeline of one stage has no neighbours to talk to");
  }

  @Test
  void refusesAScheduleThatUsesWhatIsNotThereYet() {
    StageRunner runner = StageRunner.of(new Product(1, false), StageLink.none(), 0, 2);
    assertThatThrownBy(() -> runner.run(List.of(new Backward(3))))
        .hasMessage("the schedule uses micro-batch 3 too early");
  }

  @Test
  void enteringAndLeavingASingleRankIsTheIdentity() {
    try (var _ = Scope.open()) {
      Tensor x = torch.ones(2);
      TensorParallel single = TensorParallel.single();
      assertThat(single.enter(x)).isSameAs(x);
      assertThat(single.leave(x)).isSameAs(x);
      assertThat(single.size()).isOne();
      assertThat(single.rank()).isZero();
    }
  }
}
