package neox.train.loop;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import neox.config.DeterministicConfig.SameOn;
import neox.parallel.Ranks;
import neox.parallel.comm.Reduction;
import neox.parallel.pipeline.PipelineSchedule;
import neox.parallel.pipeline.Stage;
import neox.parallel.pipeline.StageLink;
import neox.parallel.pipeline.StageRunner;
import neox.parallel.pipeline.Step;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.optimizer.Sums;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// This rank's end of the pipeline of a run: schedules, neighbours, and what all ranks must agree
/// on.
///
/// @param activation what travels between stages
/// @param placement of the network
/// @param sameOn what means do not depend on
public record Pipeline(Ranks ranks, Activation activation, Placement placement, SameOn sameOn) {
  /// The shape of what travels between stages: `[rows, (promptTokens + s) / slices, hiddenSize]`.
  ///
  /// @param rows of a micro-batch
  /// @param promptTokens of a soft prompt, which goes along
  /// @param slices of the sequence, one on each tensor-parallel rank; 1 where each has all of it
  public record Activation(int rows, int promptTokens, int slices, int hiddenSize) {
    private Tensor arriving(Placement placement, int seqLength) {
      return placement.zeros(rows, (promptTokens + seqLength) / slices, hiddenSize);
    }
  }

  /// Carries out schedules on a stage.
  ///
  /// @param seqLength s of the micro-batches under way
  public StageRunner runner(Stage stage, IntSupplier seqLength) {
    StageLink link =
        StageLink.over(ranks.pipe(), () -> activation.arriving(placement, seqLength.getAsInt()));
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

  /// The mean over all replicas' micro-batches of what each pipeline's last stage has; the same on
  /// every rank. All ranks call this together.
  ///
  /// @param mine of each micro-batch, without meaning but on last stages
  public double mean(double[] mine) {
    return switch (sameOn) {
      case RERUN -> sumOfLastStages(sum(mine) / mine.length) / ranks.data().size();
      case LAYOUT -> meanInOrder(mine);
    };
  }

  /// Summed in the order of the samples, whoever has read them.
  private double meanInOrder(double[] mine) {
    int replicas = ranks.data().size();
    double[] all = new double[mine.length * replicas];
    for (int i = 0; i < mine.length && ranks.isLastStage(); i++) {
      all[i * replicas + ranks.data().rank()] = mine[i];
    }
    return sum(Sums.over(ranks.data(), Sums.over(ranks.pipe(), all))) / all.length;
  }

  private static double sum(double[] numbers) {
    double sum = 0;
    for (double each : numbers) {
      sum += each;
    }
    return sum;
  }

  /// The same of several numbers by name. All ranks call this together.
  public Map<String, Double> means(Map<String, double[]> mine) {
    Map<String, Double> means = new LinkedHashMap<>();
    mine.forEach((name, values) -> means.put(name, mean(values)));
    return means;
  }

  /// The sum over the replicas of what each pipeline's last stage has; the same on every rank. All
  /// ranks call this together.
  ///
  /// @param mine without meaning but on last stages
  public double sumOfLastStages(double mine) {
    return sum(ranks.isLastStage() ? mine : 0);
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
