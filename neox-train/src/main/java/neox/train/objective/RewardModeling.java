package neox.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A reward model's loss on pairs (arXiv:2203.02155 eq. 1). With r the reward at the one position
/// of a text whose label counts:
///
///     mean over pairs of -log σ(r(chosen) - r(rejected)) + z (r(chosen)² + r(rejected)²)
///
/// @param zLoss z, which keeps rewards near 0
public record RewardModeling(double zLoss) implements Objective {
  @Override
  public Loss of(Scores scores, MicroBatch batch) {
    Pairs rewards = Pairs.of(scores.rewards().mul(batch.lossMask()).sum(-1));
    Tensor squares = rewards.chosen().square().add(rewards.rejected().square()); // [pairs]
    Tensor loss =
        torch
            .log_sigmoid(rewards.margins())
            .mean()
            .neg()
            .add(squares.mul(new Scalar(zLoss)).mean());
    return new Loss(loss, metrics(rewards.detached()));
  }

  @Override
  public List<String> metrics() {
    return List.of("pos_values", "neg_values", "margin", "accuracy");
  }

  /// Under GPT-NeoX's names.
  private static Map<String, Tensor> metrics(Pairs rewards) {
    Map<String, Tensor> metrics = new LinkedHashMap<>();
    metrics.put("pos_values", rewards.chosen().mean());
    metrics.put("neg_values", rewards.rejected().mean());
    metrics.put("margin", rewards.margins().mean());
    metrics.put("accuracy", rewards.accuracy());
    return metrics;
  }
}
