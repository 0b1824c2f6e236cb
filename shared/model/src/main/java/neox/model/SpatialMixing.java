package neox.model;

import java.util.ArrayList;
import java.util.List;
import neox.model.AttentionHistory.Kept;
import neox.model.position.Distances;
import neox.model.position.Places;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Mixes what stands at different positions (arXiv:2105.08050 eq. 2), of each position only with
/// those before it: `yᵢ = bᵢ + Σ_{j≤i} W[i, j] xⱼ`.
///
/// Shapes: b batch, s new tokens, t all tokens, f features, L positions.
///
/// @param block counted from 0
/// @param weight `[L, L]`
/// @param bias `[L]`
record SpatialMixing(int block, Tensor weight, Tensor bias) {
  /// Mixes `[b, s, f]`.
  Tensor forward(Tensor x, Pass pass) {
    if (pass.branches().isPresent()) {
      return branches(x, pass.branches().get());
    }
    return pass.segments().isPresent() ? segments(x, pass.segments().get()) : mixed(x, pass);
  }

  private Tensor mixed(Tensor x, Pass pass) {
    Tensor all = // [b, t, f]
        pass.history().append(block, Kept.GATES, x.unsqueeze(1)).squeeze(1);
    long s = x.size(1);
    return switch (pass.positions()) {
      case Places.From(long start) -> from(start, s, all);
      case Places.Each each -> {
        Tensor rows = torch.embedding(weight, each.each()).narrow(-1, 0, all.size(1)); // [b, s, t]
        Tensor later = Distances.of(each, s, Placement.of(weight)).lt(new Scalar(0));
        Tensor own = bias.take(each.each()).unsqueeze(-1); // [b, s, 1]
        yield product(rows.masked_fill(later, new Scalar(0)), all).add(own);
      }
    };
  }

  /// The tokens from `start` on, of all `[b, t, f]`.
  private Tensor from(long start, long s, Tensor all) {
    Tensor rows = weight.narrow(0, start, s).narrow(1, 0, all.size(1)).tril(start); // [s, t]
    return product(rows, all).add(bias.narrow(0, start, s).unsqueeze(1));
  }

  /// `[s, t]`, or `[b, s, t]`, times `[b, t, f]`.
  private static Tensor product(Tensor rows, Tensor all) {
    return Batched.isOurs(all)
        ? Batched.of(rows.expand(all.size(0), rows.size(-2), rows.size(-1)), all)
        : rows.matmul(all);
  }

  /// Each branch after what is before it on the path.
  private Tensor branches(Tensor x, PassBranches branches) {
    Tensor mixed = torch.zeros_like(x);
    ScalarType precise = Placement.of(x).precise().type();
    Tensor added = x.to(precise);
    long at = 0;
    for (PassBranches.Seen seen : branches.each()) {
      long start = seen.branch().start();
      long s = seen.branch().length();
      Tensor all = // [1, t, f]
          branches.path().write(block, Kept.GATES, start, added.narrow(1, at, s), seen.read());
      long t = Math.min(all.size(1), weight.size(1));
      Tensor rows = weight.narrow(0, start, s).narrow(1, 0, t).tril(start).unsqueeze(0);
      Tensor own = bias.narrow(0, start, s).unsqueeze(1);
      mixed
          .narrow(1, at, s)
          .copy_(KeyTiles.product(rows.to(precise), all.narrow(1, 0, t)).add(own));
      at += s;
    }
    return mixed;
  }

  /// Each segment by itself, from its own beginning.
  private Tensor segments(Tensor x, Segments segments) {
    List<Tensor> mixed = new ArrayList<>(); // each [1, l, f]
    for (int row = 0; row < segments.lengths().size(); row++) {
      long at = 0;
      for (int length : segments.lengths().get(row)) {
        mixed.add(from(0, length, x.narrow(0, row, 1).narrow(1, at, length)));
        at += length;
      }
    }
    return torch.cat(new TensorVector(mixed.toArray(Tensor[]::new)), 1).view_as(x);
  }
}
