package neox.parallel.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.Communicator;
import neox.parallel.pipeline.Step.Backward;
import neox.parallel.pipeline.Step.Forward;
import neox.parallel.pipeline.Step.SendActivation;
import neox.tensor.CustomFunction;
import neox.tensor.Gradients;
import neox.tensor.Scope;
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

  @Test
  void oneStageAccumulatesGradients() {
    Product stage = new Product(2, true);
    StageRunner.single(stage).run(PipelineSchedule.oneForwardOneBackward(0, 1, 3));
    assertThat(stage.losses).containsExactly(2f, 4f, 6f);
    assertThat(stage.weight.grad().item_float()).isEqualTo(1f + 2f + 3f);
    assertThat(stage.outputs).isEmpty();
  }

  @Test
  void threeStagesComputeWhatOneWould() {
    int microBatches = 5;
    float[] weights = {2, 3, 5};
    float[] gradients = new float[3];
    Ranks.runInProcess(
        new Topology(3, 1, 1),
        ranks -> {
          int index = ranks.at().pipe();
          Product stage = new Product(weights[index], ranks.isLastStage());
          StageLink link = StageLink.over(ranks.pipe(), () -> torch.empty(1));
          StageRunner.of(stage, link, ranks.pipe())
              .run(PipelineSchedule.oneForwardOneBackward(ranks.pipe(), microBatches));
          if (ranks.isLastStage()) {
            assertThat(stage.losses).containsExactly(30f, 60f, 90f, 120f, 150f);
          }
          gradients[index] = stage.weight.grad().item_float();
        });
    // d/dw_k of sum over i of (i+1)·w1·w2·w3
    assertThat(gradients).containsExactly(15f * 3 * 5, 15f * 2 * 5, 15f * 2 * 3);
  }

  private static Communicator firstOfTwo() {
    return Ranks.inProcess(new Topology(2, 1, 1)).getFirst().pipe();
  }

  @Test
  void aStageAloneCannotTalk() {
    StageRunner runner = StageRunner.of(new Product(1, false), StageLink.none(), firstOfTwo());
    assertThatThrownBy(() -> runner.run(List.of(new Forward(0), new SendActivation(0))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a pipeline of one stage has no neighbours to talk to");
  }

  @Test
  void refusesAScheduleThatUsesWhatIsNotThereYet() {
    StageRunner runner = StageRunner.of(new Product(1, false), StageLink.none(), firstOfTwo());
    assertThatThrownBy(() -> runner.run(List.of(new Backward(3))))
        .hasMessage("the schedule uses micro-batch 3 too early");
  }

  @Test
  void exceptionsOfABackwardInJavaArriveAsThemselves() {
    IllegalStateException mine = new IllegalStateException("boom");
    Stage stage =
        new Stage() {
          @Override
          public Tensor forward(int microBatch, Optional<Tensor> activation) {
            return torch.ones(1);
          }

          @Override
          public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
            Tensor leaf = torch.ones(1).set_requires_grad(true);
            CustomFunction.apply(
                    leaf.detach(),
                    leaf,
                    g -> {
                      throw mine;
                    })
                .backward();
            return Optional.empty();
          }
        };
    assertThatThrownBy(() -> StageRunner.single(stage).run(List.of(new Backward(0))))
        .isSameAs(mine);
  }
}
