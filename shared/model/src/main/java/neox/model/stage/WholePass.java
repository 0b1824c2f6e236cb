package neox.model.stage;

import java.util.Optional;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Mode;
import neox.model.Network;
import neox.model.stage.NetworkStage.Item;
import neox.model.stage.NetworkStage.Output;
import neox.parallel.comm.Communicator;
import neox.parallel.pipeline.PipelineSchedule;
import neox.parallel.pipeline.Stage;
import neox.parallel.pipeline.StageLink;
import neox.parallel.pipeline.StageRunner;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A pass through all stages of a network, see [NetworkStage#evaluate]: the schedule of an
/// evaluation with one micro-batch.
record WholePass(Network network) {
  private static final int ONE = 1; // micro-batch

  /// What the last stage computes, on every rank.
  Tensor evaluate(Inputs inputs, Output output) {
    return network.pipelineParallel().told(run(inputs, output), network.placement());
  }

  /// The same on the last stage, nothing elsewhere.
  Optional<Tensor> run(Inputs inputs, Output output) {
    Communicator stages = network.pipelineParallel().stages();
    NetworkStage stage = new NetworkStage(network, _ -> item(inputs, output), Mode.EVALUATION);
    if (stages.isAlone()) {
      int onlyMicroBatch = 0;
      return Optional.of(stage.forward(onlyMicroBatch, Optional.empty()));
    }
    Keeping keeping = new Keeping(stage, stages.isLast());
    StageLink link =
        StageLink.over(stages, () -> network.placement().zeros(network.activation(inputs)));
    StageRunner.of(keeping, link, stages).run(PipelineSchedule.forwardOnly(stages, ONE));
    return Optional.ofNullable(keeping.kept).map(Scope::adopt);
  }

  private static Item item(Inputs inputs, Output output) {
    return new Item() {
      @Override
      public Inputs inputs() {
        return inputs;
      }

      @Override
      public Tensor output(Tensor hidden, Head head) {
        return output.of(hidden, head);
      }
    };
  }

  /// A stage of which what the last one computes outlives the step.
  private static final class Keeping implements Stage {
    private final NetworkStage stage;
    private final boolean isLast;
    private @Nullable Tensor kept;

    Keeping(NetworkStage stage, boolean isLast) {
      this.stage = stage;
      this.isLast = isLast;
    }

    @Override
    public Tensor forward(int microBatch, Optional<Tensor> activation) {
      Tensor output = stage.forward(microBatch, activation);
      if (isLast) {
        kept = Scope.keep(output);
      }
      return output;
    }

    @Override
    public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
      throw new IllegalStateException("an evaluation goes forward alone");
    }
  }
}
