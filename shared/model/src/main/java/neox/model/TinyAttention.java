package neox.model;

import java.util.Optional;
import java.util.OptionalInt;
import neox.config.model.AttentionConfig;
import neox.config.model.GmlpConfig;
import neox.model.AttentionHistory.Kept;
import neox.weights.spec.TinyAttentionSpec;
import org.bytedeco.pytorch.Tensor;

/// The one head of causal attention in an aMLP block (arXiv:2105.08050 §4.1).
final class TinyAttention {
  private final int block;
  private final Projection queryKeyValue;
  private final Projection dense;
  private final AttentionKernel kernel;

  /// @param block counted from 0
  TinyAttention(int block, TinyAttentionSpec spec, GmlpConfig config, Parts parts) {
    this.block = block;
    this.queryKeyValue =
        Projection.of(spec.queryKeyValue(), parts.parameters(), parts.tensorParallel());
    this.dense = Projection.of(spec.dense(), parts.parameters(), parts.tensorParallel());
    boolean biased = false; // positions have no part in it
    this.kernel =
        AttentionKernel.choose(
            parts.placement(),
            AttentionConfig.PLAIN.withSoftmaxInFp32(config.softmaxInFp32()),
            new Dropout(0, Dropout.Site.alike(block + ".attention.weights")),
            biased);
  }

  /// `[b, s, 2f]` to `[b, s, f]`.
  Tensor forward(Tensor x, Pass pass) {
    Tensor rows = queryKeyValue.alone(x, pass).unsqueeze(1); // [b, 1, s, 3d]
    long d = rows.size(-1) / 3;
    Tensor q = rows.narrow(-1, 0, d);
    if (pass.branches().isPresent()) {
      BranchAttention attention = new BranchAttention(block, OptionalInt.empty(), Optional.empty());
      return dense.constant(
          attention.attend(
              q, rows.narrow(-1, d, d), rows.narrow(-1, 2 * d, d), pass.branches().get()));
    }
    Tensor k = pass.history().append(block, Kept.KEYS, rows.narrow(-1, d, d));
    Tensor v = pass.history().append(block, Kept.VALUES, rows.narrow(-1, 2 * d, d));
    AttentionKernel.Scores scores =
        new AttentionKernel.Scores(pass.mask(OptionalInt.empty()), Optional.empty());
    Tensor mixed = // [b, 1, s, d]
        pass.segments().isPresent()
            ? new SegmentAttention(kernel).attend(q, k, v, scores, pass)
            : kernel.attend(q, k, v, scores, pass);
    return dense.forward(mixed.squeeze(1));
  }
}
