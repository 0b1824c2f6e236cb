package neox.train.objective;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.model.Head;
import neox.tensor.ElementType;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Next-token prediction: the mean cross-entropy of the tokens that count.
///
///     Σ mask · (-log p(label)) / Σ mask
///
/// 0, with a gradient of 0, where the mask is 0 throughout. Where asked for, the squares of
/// log Z = log Σ exp(logit) are held near 0 beside it (arXiv:2204.02311 §5):
///
///     c Σ mask · (log Z)² / Σ mask
///
/// @param zLoss c, 0 for nothing of the kind
public record LanguageModeling(double zLoss) implements Objective {
  private static final String Z_LOSS = "z_loss";

  @Override
  public Loss of(Scores scores, MicroBatch batch) {
    if (zLoss > 0) {
      return withZLoss(scores.normalized(batch.labels()), batch.lossMask());
    }
    Tensor logLikelihoods = // [b, s]
        scores.logLikelihoods(batch.labels(), Optional.of(batch.lossMask()));
    return new Loss(mean(logLikelihoods, batch.lossMask()), Map.of());
  }

  private Loss withZLoss(Head.Normalized scores, Tensor mask) {
    Tensor squares = scores.logNormalizers().square().mul(new Scalar(zLoss));
    Tensor zLosses = mean(squares.neg(), mask);
    return new Loss(mean(scores.logLikelihoods(), mask), Map.of(Z_LOSS, zLosses))
        .withAuxiliary(zLosses);
  }

  @Override
  public List<String> metrics() {
    return zLoss > 0 ? List.of(Z_LOSS) : List.of();
  }

  /// What an evaluation reports is the cross-entropy.
  @Override
  public Objective ofEvaluation() {
    return new LanguageModeling(0);
  }

  static Tensor mean(Tensor logLikelihoods, Tensor mask) {
    Tensor losses = logLikelihoods.neg().reshape(-1);
    Tensor weights = mask.reshape(-1).to(ElementType.of(losses));
    Tensor total = weights.sum();
    Tensor divisor = total.add(total.eq(new Scalar(0))); // 0 / 1 instead of 0 / 0
    return losses.mul(weights).sum().div(divisor);
  }
}
