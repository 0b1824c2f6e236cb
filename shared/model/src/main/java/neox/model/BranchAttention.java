package neox.model;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import neox.model.AttentionHistory.Kept;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Attention along the path of a tree of texts, branch after branch, in float32 at least. What
/// comes out for a token depends on it and on what is before it in its text, to the bit: not on
/// what else is read in the pass, nor on where the text was cut into branches ([KeyTiles]).
///
/// Shapes: n heads, g key/value heads, N tokens of the pass, s of a branch, t keys, d head dim.
///
/// @param block counted from 0
/// @param window keys before its own that a token sees; empty: all
/// @param bias what becomes of the positions' bias before it is added; empty: it has no part in
///   this
record BranchAttention(int block, OptionalInt window, Optional<UnaryOperator<Tensor>> bias) {
  /// softmax(q kᵀ / √d + bias) v, each `[1, heads, N, d]`: `[1, N, n·d]`.
  Tensor attend(Tensor q, Tensor k, Tensor v, PassBranches branches) {
    long tokens = q.size(2);
    long width = q.size(1) * q.size(3);
    Placement precise = Placement.of(q).precise();
    Tensor queries = // [n, N, d]
        q.select(0, 0).to(precise.type()).mul(new Scalar(1 / Math.sqrt((double) q.size(3))));
    Tensor keys = k.select(0, 0).to(precise.type());
    Tensor values = v.select(0, 0).to(precise.type());
    Tensor mixed = precise.zeros(tokens, q.size(1), q.size(3)); // [N, n, d]
    long at = 0;
    for (PassBranches.Seen seen : branches.each()) {
      try (var _ = Scope.open()) {
        long start = seen.branch().start();
        long s = seen.branch().length();
        long read = seen.read();
        TextPath path = branches.path();
        Tensor seenKeys = path.write(block, Kept.KEYS, start, keys.narrow(1, at, s), read);
        Tensor seenValues = path.write(block, Kept.VALUES, start, values.narrow(1, at, s), read);
        Tensor one = attend(queries.narrow(1, at, s), seenKeys, seenValues, seen);
        mixed.narrow(0, at, s).copy_(one.transpose(0, 1));
        at += s;
      }
    }
    return mixed.view(1, tokens, width).to(ElementType.of(q));
  }

  /// One branch: `[n, s, d]`.
  private Tensor attend(Tensor q, Tensor k, Tensor v, PassBranches.Seen seen) {
    long n = q.size(0);
    long s = q.size(1);
    long d = q.size(2);
    long t = k.size(2);
    Tensor products = // [g, n/g·s, t]: heads that share keys lie together
        ConstantProducts.batched(q.reshape(k.size(0), n / k.size(0) * s, d), k);
    Tensor scores = products.view(n, s, t);
    bias.flatMap(scaled -> seen.bias().map(scaled)).ifPresent(scores::add_);
    scores.masked_fill_(seen.hidden(window), new Scalar(Double.NEGATIVE_INFINITY));
    Tensor weights = torch.softmax(scores, -1);
    long shared = n / v.size(0);
    return KeyTiles.product(weights.view(v.size(0), shared * s, t), v).view(n, s, d);
  }
}
