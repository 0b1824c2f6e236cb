package neox.model;

import java.util.Optional;
import neox.model.AttentionHistory.Kept;
import neox.model.AttentionHistory.Room;
import neox.model.position.PositionScheme;
import neox.tensor.kernel.RowAttention;
import neox.weights.spec.AttentionSpec;
import neox.weights.spec.LayerSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Causal self-attention (arXiv:1706.03762 §3.2): softmax(q kᵀ / √d) v for each of this rank's
/// heads.
///
/// Shapes: b batch, s new tokens, t all tokens, h hidden, n heads, g key/value heads, d head dim.
final class Attention {
  private final int remembered; // as this
  private final int shard; // of this rank's
  private final int heads;
  private final int kvHeads;
  private final int headDim;
  private final AttentionSpec spec;
  private final Projection queryKeyValue;
  private final Projection dense;
  private final Optional<Normalization> norm;
  private final PositionScheme positions;
  private final AttentionKernel kernel;
  private final WidthScaling scaling;
  private final OwnRows ownRows;

  Attention(LayerSpec.Transformer layer, Parts parts) {
    int ranks = parts.tensorParallel().size();
    this.remembered = parts.shard() * parts.model().layers() + layer.number();
    this.shard = parts.shard();
    this.spec = layer.attention();
    this.heads = parts.model().heads() / ranks;
    this.kvHeads = parts.model().kvHeads() / ranks;
    this.headDim = parts.model().headDim();
    this.queryKeyValue =
        Projection.of(spec.queryKeyValue(), parts.parameters(), parts.tensorParallel());
    this.dense = Projection.of(spec.dense(), parts.parameters(), parts.tensorParallel());
    long[] normed = {heads, headDim};
    this.norm = spec.norm().map(of -> Normalization.of(of, normed, parts.parameters()));
    this.positions = parts.positions();
    this.scaling = new WidthScaling(parts.model());
    this.ownRows = parts.parameters().ownRows();
    this.kernel = AttentionKernel.of(layer.number(), parts, spec.config());
  }

  /// This rank's part of the sum over all heads: `[b, s, h]` to `[b, s, h]`.
  Tensor partial(Tensor x, Pass pass) {
    long b = x.size(0);
    long s = x.size(1);
    Tensor rows = queryKeyValue.forward(x, pass); // [b, s, (n + 2g)·d]
    if (isPlain(rows, pass)) {
      return dense.forward(
          SelfAttention.of(rows, heads, positions.turn(pass.positions(), s)), pass);
    }
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
    if (norm.isPresent()) {
      q = normed(q, norm.get());
      k = normed(repeat(k), norm.get());
    }
    if (rows(x, pass)) {
      Optional<Tensor> mixed = rowByRow(scaling.queries(q), k, v, pass);
      if (mixed.isPresent()) {
        return dense.forward(mixed.get(), pass);
      }
    }
    q = positions.rotate(q, pass.positions());
    k = positions.rotate(k, pass.positions());
    q = scaling.queries(q);
    if (pass.branches().isPresent()) {
      BranchAttention attention =
          new BranchAttention(remembered, spec.config().window(), Optional.of(this::scaledBias));
      return dense.forward(attention.attend(q, k, v, pass.branches().get()), pass);
    }
    Tensor keys = pass.history().append(remembered, Kept.KEYS, k);
    Tensor values = pass.history().append(remembered, Kept.VALUES, v);
    Tensor mixed = // [b, n, s, d]
        attend(q, repeat(keys), repeat(values), pass);
    return dense.forward(mixed.transpose(1, 2).reshape(b, s, (long) heads * headDim), pass);
  }

  /// Whether these tokens are computed one by one.
  private boolean rows(Tensor x, Pass pass) {
    return ownRows.take(x, x.size(2))
        && !pass.training()
        && pass.segments().isEmpty()
        && pass.branches().isEmpty();
  }

  /// The same as what follows, token by token, where there is room to write keys and values to:
  /// `[b, s, n·d]`.
  private Optional<Tensor> rowByRow(Tensor q, Tensor k, Tensor v, Pass pass) {
    Optional<Room> keys = pass.history().room(remembered, Kept.KEYS, k);
    Optional<Room> values = pass.history().room(remembered, Kept.VALUES, v);
    if (keys.isEmpty() || values.isEmpty()) {
      return Optional.empty();
    }
    int b = Math.toIntExact(q.size(0));
    int s = Math.toIntExact(q.size(2));
    RowAttention attention =
        new RowAttention(
            keys.get().store(),
            values.get().store(),
            keys.get().places().each(b, s),
            spec.config().window(),
            pass.bias().map(this::scaledBias),
            1 / Math.sqrt((double) headDim));
    Optional<RowAttention.Turning> turning =
        positions
            .turns()
            .map(turns ->
                new RowAttention.Turning(turns.cos(), turns.sin(), pass.positions().each(b, s)));
    return Optional.of(attention.of(q, k, v, turning));
  }

  /// Whether all of it is what [SelfAttention] does.
  private boolean isPlain(Tensor rows, Pass pass) {
    return Batched.isOurs(rows)
        && rows.requires_grad()
        && kvHeads == heads
        && norm.isEmpty()
        && scaling.leavesQueries()
        && kernel instanceof AttentionKernel.Fused
        && pass.segments().isEmpty()
        && pass.branches().isEmpty()
        && pass.mask(spec.config().window()) instanceof AttentionMask.Causal
        && pass.history() instanceof AttentionHistory.None
        && (positions.turns().isEmpty()
            || positions.turn(pass.positions(), rows.size(1)).isPresent());
  }

  private Tensor attend(Tensor q, Tensor k, Tensor v, Pass pass) {
    return pass.segments().isPresent()
        ? new SegmentAttention(kernel).attend(q, k, v, scores(pass), pass)
        : kernel.attend(q, k, v, scores(pass), pass);
  }

  /// The same norm for queries and keys, `[b, n, s, d]`: of all heads together or of each.
  private static Tensor normed(Tensor x, Normalization norm) {
    return norm.forward(x.transpose(1, 2)).transpose(1, 2);
  }

  private AttentionKernel.Scores scores(Pass pass) {
    return new AttentionKernel.Scores(
        pass.mask(spec.config().window()), pass.biasOfOneLayer().map(this::scaledBias));
  }

  /// What positions add to the scores of these heads.
  private Tensor scaledBias(Tensor bias) {
    int factor = spec.config().biasFactor();
    Tensor own = ofHeads(bias);
    return factor == 1 ? own : own.mul(new Scalar(factor));
  }

  /// A bias of all heads of the rank, or one for all heads, as these heads see it.
  private Tensor ofHeads(Tensor bias) {
    long all = bias.size(-3);
    return all == 1 || all == heads ? bias : bias.narrow(-3, (long) shard * heads, heads);
  }

  /// `count` heads of `[b, s, heads·d]` from head `from` on: `[b, count, s, d]`.
  private Tensor headsOf(Tensor rows, long from, long count) {
    return rows.narrow(-1, from * headDim, count * headDim)
        .view(rows.size(0), rows.size(1), count, headDim)
        .transpose(1, 2);
  }

  /// Gives every query head its key/value head: `[b, g, t, d]`, or what has been repeated already,
  /// to `[b, n, t, d]`.
  private Tensor repeat(Tensor x) {
    if (x.size(1) == heads) {
      return x;
    }
    long b = x.size(0);
    long t = x.size(2);
    return x.unsqueeze(2)
        .expand(b, kvHeads, heads / kvHeads, t, headDim)
        .reshape(b, heads, t, headDim);
  }
}
