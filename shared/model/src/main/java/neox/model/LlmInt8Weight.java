package neox.model;

import neox.tensor.ElementType;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A matrix for LLM.int8 (arXiv:2208.07339) with the arithmetic of bitsandbytes' `Linear8bitLt`.
/// W and x are rounded to float16 first. With m the largest magnitudes of W's rows, n those of the
/// tokens' numbers that are no outliers (below 6):
///
///     Q = round(127 W / m),  P = round(127 x / n), 0 where x is an outlier
///     y = float16(P Qᵀ · n m / 127² + bias), without the columns O that hold an outlier of any token
///     y = float16(y + x[:, O] float16(Q m / 127)[:, O]ᵀ)
///
/// The columns O follow from all tokens of a call, padding included.
///
/// @param numbers Q, `[out, in]` int8
/// @param magnitudes m, `[out]` float32
record LlmInt8Weight(Tensor numbers, Tensor magnitudes) implements Weight.Loaded {
  /// From this magnitude on an activation is an outlier.
  private static final double THRESHOLD = 6;

  /// Sums of so many products of two numbers of 7 bits are whole numbers that float32 holds.
  private static final long EXACT = 1024;

  private static final float PER_UNIT = (float) (1 / (RoundedRows.MOST * RoundedRows.MOST));

  /// Zeros, until weights are taken.
  static LlmInt8Weight allocate(Placement placement, long[] sizes, Owner owner) {
    RoundedRows rows = RoundedRows.allocate(placement, sizes, owner);
    return new LlmInt8Weight(rows.numbers(), rows.magnitudes());
  }

  @Override
  public void fill(TensorView weights) {
    new RoundedRows(numbers, magnitudes).fill(weights, ScalarType.Half);
  }

  @Override
  public Tensor forward(Tensor x, TensorOptional bias) {
    return Scope.run(() -> {
      Tensor tokens = // [n, in], numbers of float16
          x.reshape(-1, x.size(-1)).to(ScalarType.Half).to(ScalarType.Float);
      Tensor outlier = tokens.abs().ge(new Scalar(THRESHOLD));
      Tensor columns = outlier.any(0).nonzero().squeeze(1); // [outliers]
      Tensor y = halves(regular(tokens, outlier, columns, bias));
      if (columns.numel() > 0) {
        y = halves(y.to(ScalarType.Double).add(irregular(tokens, columns)));
      }
      long[] sizes = x.sizes().vec().get();
      sizes[sizes.length - 1] = numbers.size(0);
      return y.view(sizes).to(ElementType.of(x));
    });
  }

  private static Tensor halves(Tensor y) {
    return y.to(ScalarType.Half);
  }

  /// `[n, out]` float32.
  private Tensor regular(Tensor tokens, Tensor outlier, Tensor columns, TensorOptional bias) {
    Tensor inside = tokens.masked_fill(outlier, new Scalar(0));
    Tensor most = inside.abs().amax(new long[] {1}, true); // [n, 1]
    Tensor divisor = most.masked_fill(most.eq(new Scalar(0)), new Scalar(1));
    Tensor p = // [n, in]
        inside.mul(new Scalar(RoundedRows.MOST)).div(divisor).round();
    Tensor kept = columns.numel() > 0 ? p.index_fill(1, columns, new Scalar(0)) : p;
    Tensor sums = // [n, out], whole numbers
        RowParts.each(numbers, (from, count) -> sums(kept, numbers.narrow(0, from, count)));
    Tensor y = sums.mul(most.mul(magnitudes)).mul(new Scalar(PER_UNIT));
    return bias.has_value() ? y.add(bias.get().to(ScalarType.Half).to(ScalarType.Float)) : y;
  }

  /// `p qᵀ` as float32, rounded once: parts whose sums float32 holds exactly are added up in
  /// float64.
  private static Tensor sums(Tensor p, Tensor q) {
    long columns = q.size(1);
    Tensor total = // [n, rows]
        Placement.of(p).as(ScalarType.Double).zeros(p.size(0), q.size(0));
    for (long from = 0; from < columns; from += EXACT) {
      long count = Math.min(EXACT, columns - from);
      total.add_(
          Linear.of(p.narrow(1, from, count), q.narrow(1, from, count).to(ScalarType.Float)));
    }
    return total.to(ScalarType.Float);
  }

  /// `[n, out]` float64, in which products of float16 add up without an error that float16 shows.
  private Tensor irregular(Tensor tokens, Tensor columns) {
    Tensor w = // [out, outliers], numbers of float16
        numbers
            .index_select(1, columns)
            .to(ScalarType.Float)
            .mul(magnitudes.unsqueeze(1))
            .div(new Scalar(RoundedRows.MOST))
            .to(ScalarType.Half);
    return torch.linear(
        tokens.index_select(1, columns).to(ScalarType.Double), w.to(ScalarType.Double));
  }
}
