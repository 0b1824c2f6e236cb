package neox.model;

import java.util.Optional;
import neox.tensor.ElementType;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.kernel.RowProduct;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A matrix of whole numbers from -127 to 127 with a scale for each row:
///
///     W[r] ≈ s[r] q[r],  s[r] = max |W[r]| / 127,  q[r] = round(W[r] / s[r])
///     (x Wᵀ)[r] = s[r] Σ x q[r]
///
/// Activations stay what they are.
///
/// @param numbers `[out, in]` int8
/// @param scales `[out]` float32
/// @param fewRows the product with few rows, where there is one that reads the numbers as they are
record Int8Weight(Tensor numbers, Tensor scales, Optional<RowProduct> fewRows)
    implements Weight.Loaded {

  /// Zeros, until weights are taken.
  static Int8Weight allocate(Placement placement, long[] sizes, Owner owner, OwnRows own) {
    RoundedRows rows = RoundedRows.allocate(placement, sizes, owner);
    return new Int8Weight(
        rows.numbers(),
        rows.magnitudes(),
        RowProduct.with(rows.numbers(), rows.magnitudes()).map(each -> each.upTo(own.most())));
  }

  @Override
  public void fill(TensorView weights) {
    RoundedRows rows = new RoundedRows(numbers, scales);
    rows.fill(weights, ScalarType.Float);
    rows.divideMagnitudes();
  }

  @Override
  public Tensor constant(Tensor x, TensorOptional bias) {
    return ConstantProducts.linear(x, bias, fewRows, this::many);
  }

  @Override
  public Tensor forward(Tensor x, TensorOptional bias) {
    return fewRows.isPresent() && fewRows.get().suits(x)
        ? fewRows.get().of(x, bias)
        : many(x, bias);
  }

  /// Whole numbers of 8 bits are numbers of any floating-point type, so that the product is one of
  /// that type.
  private Tensor many(Tensor x, TensorOptional bias) {
    ScalarType type = ElementType.of(x);
    Tensor scaled = RowParts.product(x, numbers, type).mul(scales); // […, out]
    return (bias.has_value() ? scaled.add(bias.get()) : scaled).to(type);
  }
}
