package neox.model;

import neox.tensor.ElementType;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The mean cross-entropy of the tokens that count.
final class LanguageModelLoss {
  private static final long NO_REDUCTION = 0;

  /// A label that contributes nothing, whatever the mask says.
  private static final long IGNORED = -100;

  /// `Σ mask · (-log p(label)) / Σ mask`, in float32 at least; 0, with a gradient of 0, where the
  /// mask is 0 throughout.
  ///
  /// @param logits `[b, s, V]`
  /// @param labels `[b, s]`, int64
  /// @param mask `[b, s]`
  static Tensor of(Tensor logits, Tensor labels, Tensor mask) {
    Tensor wide =
        ElementType.of(logits) == ScalarType.Double ? logits : logits.to(ScalarType.Float);
    Tensor losses = // [b·s]
        torch.cross_entropy_loss(
            wide.view(-1, logits.size(-1)),
            labels.reshape(-1),
            new TensorOptional(),
            NO_REDUCTION,
            IGNORED,
            0.0);
    Tensor weights = mask.reshape(-1).to(ElementType.of(wide));
    Tensor total = weights.sum();
    Tensor divisor = total.add(total.eq(new Scalar(0))); // 0 / 1 instead of 0 / 0
    return losses.mul(weights).sum().div(divisor);
  }

  private LanguageModelLoss() {}
}
