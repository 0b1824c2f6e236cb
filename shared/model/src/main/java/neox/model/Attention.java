package neox.model;

import java.util.Optional;
import neox.config.ModelConfig;
import neox.tensor.ElementType;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// Causal self-attention (arXiv:1706.03762 §3.2): softmax(q kᵀ / √d) v for each head.
///
/// Shapes: b batch, s new tokens, t all tokens, h hidden, n heads, g key/value heads, d head dim.
final class Attention {
  private final int block;
  private final int heads;
  private final int kvHeads;
  private final int headDim;
  private final boolean softmaxInFp32;
  private final Projection queryKeyValue;
  private final Projection dense;
  private final @Nullable Rotary rotary;
  private final CausalMask mask;
  private final Dropout dropout;

  /// @param block counted from 0
  Attention(
      ModelConfig config,
      ParameterSet parameters,
      int block,
      int layer,
      Optional<Rotary> rotary,
      CausalMask mask) {
    this.block = block;
    this.heads = config.heads();
    this.kvHeads = config.kvHeads();
    this.headDim = config.headDim();
    this.softmaxInFp32 = config.softmaxInFp32();
    this.queryKeyValue = Projection.of(parameters, layer, "attention.query_key_value");
    this.dense = Projection.of(parameters, layer, "attention.dense");
    this.rotary = rotary.orElse(null);
    this.mask = mask;
    this.dropout = new Dropout(config.attentionDropout());
  }

  /// This rank's part of the sum over all heads: `[b, s, h]` to `[b, s, h]`.
  Tensor partial(Tensor x, Pass pass) {
    long b = x.size(0);
    long s = x.size(1);
    Tensor rows = queryKeyValue.forward(x); // [b, s, (n + 2g)·d]
    Tensor q;
    Tensor k;
    Tensor v;
    if (kvHeads == heads) { // NeoX order: for each head its q, its k, its v
      Tensor perHead = rows.view(b, s, heads, 3L * headDim).transpose(1, 2); // [b, n, s, 3d]
      q = perHead.narrow(-1, 0, headDim);
      k = perHead.narrow(-1, headDim, headDim);
      v = perHead.narrow(-1, 2L * headDim, headDim);
    } else { // grouped queries: all q, all k, all v
      q = headsOf(rows, 0, heads);
      k = headsOf(rows, heads, kvHeads);
      v = headsOf(rows, heads + kvHeads, kvHeads);
    }
    if (rotary != null) {
      int from = pass.history().length();
      q = rotary.rotate(q, from);
      k = rotary.rotate(k, from);
    }
    AttentionHistory.KeysAndValues all = pass.history().append(block, k, v);
    Tensor mixed = attend(q, repeat(all.keys()), repeat(all.values()), pass); // [b, n, s, d]
    return dense.forward(mixed.transpose(1, 2).reshape(b, s, (long) heads * headDim));
  }

  /// `count` heads of `[b, s, heads·d]` from head `from` on: `[b, count, s, d]`.
  private Tensor headsOf(Tensor rows, long from, long count) {
    return rows.narrow(-1, from * headDim, count * headDim)
        .view(rows.size(0), rows.size(1), count, headDim)
        .transpose(1, 2);
  }

  /// Gives every query head its key/value head: `[b, g, t, d]` to `[b, n, t, d]`.
  private Tensor repeat(Tensor x) {
    if (kvHeads == heads) {
      return x;
    }
    long b = x.size(0);
    long t = x.size(2);
    return x.unsqueeze(2)
        .expand(b, kvHeads, heads / kvHeads, t, headDim)
        .reshape(b, heads, t, headDim);
  }

  private Tensor attend(Tensor q, Tensor k, Tensor v, Pass pass) {
    long s = q.size(2);
    boolean square = s == k.size(2);
    // In bf16, libtorch's CPU kernel multiplies naively and is twice as slow as two matmuls.
    boolean kernel = ElementType.of(q) != ScalarType.BFloat16 && !dropout.active(pass);
    if (kernel && (square || s == 1)) {
      return torch.scaled_dot_product_attention(
          q, k, v, new TensorOptional(), 0.0, square && s > 1, new DoubleOptional(), false);
    }
    return attendStepByStep(q, k, v, pass);
  }

  private Tensor attendStepByStep(Tensor q, Tensor k, Tensor v, Pass pass) {
    long b = q.size(0);
    long s = q.size(2);
    long t = k.size(2);
    long pairs = b * heads;
    Tensor scores = // [b·n, s, t]; scaled inside the product, so rounded once
        torch.baddbmm(
            torch.zeros(new long[] {1}, q.options()).expand(pairs, s, t),
            q.reshape(pairs, s, headDim),
            k.reshape(pairs, t, headDim).transpose(1, 2),
            new Scalar(0),
            new Scalar(1 / Math.sqrt(headDim)));
    if (s > 1) {
      scores = scores.masked_fill(mask.of(s, t), new Scalar(Double.NEGATIVE_INFINITY));
    }
    Tensor weights = dropout.forward(softmax(scores), pass);
    return torch.bmm(weights, v.reshape(pairs, t, headDim)).view(b, heads, s, headDim);
  }

  private Tensor softmax(Tensor scores) {
    if (!softmaxInFp32 || ElementType.of(scores) == ScalarType.Double) {
      return torch.softmax(scores, -1);
    }
    return torch
        .softmax(scores, -1, new ScalarTypeOptional(ScalarType.Float))
        .to(ElementType.of(scores));
  }
}
