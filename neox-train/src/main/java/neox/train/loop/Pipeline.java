package neox.train.loop;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import neox.parallel.Ranks;
import neox.parallel.comm.Reduction;
import neox.parallel.pipeline.PipelineSchedule;
import neox.parallel.pipeline.Stage;
import neox.parallel.pipeline.StageLink;
import neox.parallel.pipeline.StageRunner;
import neox.parallel.pipeline.Step;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// This rank's end of the pipeline of a run: schedules, neighbours, and what all ranks must agree
/// on.
///
/// @param rows of a micro-batch
/// @param hiddenSize of the activations that travel between stages, `[rows, s/slices, hiddenSize]`
/// @param slices of the sequence, one on each tensor-parallel rank; 1 where each has all of it
/// @param placement of the network
public record Pipeline(Ranks ranks, int rows, int hiddenSize, int slices, Placement placement) {
  /// Carries out schedules on a stage.
  ///
  /// @param seqLength s of the micro-batches under way
  public StageRunner runner(Stage stage, IntSupplier seqLength) {
    StageLink link =
        StageLink.over(
            ranks.pipe(), () -> placement.zeros(rows, seqLength.getAsInt() / slices, hiddenSize));
    return StageRunner.of(stage, link, ranks.pipe());
  }

  /// One optimizer step.
  public List<Step> oneForwardOneBackward(int microBatches) {
    return PipelineSchedule.oneForwardOneBackward(ranks.pipe(), microBatches);
  }

  /// An evaluation.
  public List<Step> forwardOnly(int microBatches) {
    return PipelineSchedule.forwardOnly(ranks.pipe(), microBatches);
  }

  /// The mean over the replicas of the loss that each pipeline's last stage has; the same on every
  /// rank. All ranks call this together.
  ///
  /// @param mine without meaning but on last stages
  public double meanLoss(double mine) {
    return sumOfLastStages(mine) / ranks.data().size();
  }

  /// The sum over the replicas of what each pipeline's last stage has; the same on every rank. All
  /// ranks call this together.
  ///
  /// @param mine without meaning but on last stages
  public double sumOfLastStages(double mine) {
    return sum(ranks.isLastStage() ? mine : 0);
  }

  /// The same of several numbers by name. All ranks call this together.
  public Map<String, Double> meanMetrics(Map<String, Double> mine) {
    Map<String, Double> means = new LinkedHashMap<>();
    mine.forEach((name, value) -> means.put(name, meanLoss(value)));
    return means;
  }

  private double sum(double own) {
    if (ranks.pipe().isAlone() && ranks.data().isAlone()) {
      return own;
    }
    try (var _ = Scope.open()) {
      Tensor sum = placement.as(ScalarType.Double).full(own, 1);
      ranks.pipe().allReduce(sum, Reduction.SUM);
      ranks.data().allReduce(sum, Reduction.SUM);
      return sum.item_double();
    }
  }

  /// Whether any rank says so; the same on every rank. All ranks call this together.
  public boolean anyOf(boolean mine) {
    if (ranks.world().isAlone()) {
      return mine;
    }
    try (var _ = Scope.open()) {
      Tensor any = placement.as(ScalarType.Int).full(mine ? 1 : 0, 1);
      ranks.world().allReduce(any, Reduction.MAX);
      return any.item_int() != 0;
    }
  }
}
