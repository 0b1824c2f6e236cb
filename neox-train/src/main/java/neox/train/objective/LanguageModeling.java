package neox.train.objective;

import java.util.Map;
import java.util.Optional;
import neox.tensor.ElementType;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Next-token prediction: the mean cross-entropy of the tokens that count.
///
///     Σ mask · (-log p(label)) / Σ mask
///
/// 0, with a gradient of 0, where the mask is 0 throughout.
public record LanguageModeling() implements Objective {
  @Override
  public Loss of(Scores scores, MicroBatch batch) {
    Tensor logLikelihoods = // [b, s]
        scores.logLikelihoods(batch.labels(), Optional.of(batch.lossMask()));
    return new Loss(mean(logLikelihoods, batch.lossMask()), Map.of());
  }

  static Tensor mean(Tensor logLikelihoods, Tensor mask) {
    Tensor losses = logLikelihoods.neg().reshape(-1);
    Tensor weights = mask.reshape(-1).to(ElementType.of(losses));
    Tensor total = weights.sum();
    Tensor divisor = total.add(total.eq(new Scalar(0))); // 0 / 1 instead of 0 / 0
    return losses.mul(weights).sum().div(divisor);
  }
}
