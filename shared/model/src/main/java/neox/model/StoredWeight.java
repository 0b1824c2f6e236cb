package neox.model;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import neox.tensor.ElementType;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.kernel.RowProduct;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A matrix as it lies in a file, in the type that it has there. Where that is narrower than the
/// activations', it is widened while it is multiplied with, which is exact: a model that was stored
/// in 16 bits computes in float32 with half the memory. Other types are converted when they are
/// loaded. Mutable: there is no matrix before it is loaded.
final class StoredWeight implements Weight.Loaded {
  private final Placement placement;
  private final Owner owner;
  private final OwnRows rows;
  private Tensor matrix; // [out, in]

  /// What may lie under the matrix, and is there as long as it is referred to.
  @SuppressWarnings("UnusedVariable")
  private MemorySegment stored = MemorySegment.NULL;

  private Optional<RowProduct> fewRows = Optional.empty();

  /// @param placement of the activations
  /// @param owner of what is converted
  StoredWeight(Placement placement, Owner owner, OwnRows rows) {
    this.placement = placement;
    this.owner = owner;
    this.rows = rows;
    this.matrix = owner.keep(placement.zeros(0, 0));
  }

  @Override
  public void fill(TensorView weights) {
    try (var _ = Scope.open()) {
      stored = weights.bytes();
      matrix = owner.keep(WeightLoading.memory(weights, placement.as(kept(weights))));
      fewRows = RowProduct.with(matrix).map(own -> own.upTo(rows.most()));
    }
  }

  /// The type in which the matrix is held.
  private ScalarType kept(TensorView weights) {
    ScalarType type = StoredTypes.toTorch(weights.dtype());
    boolean widened =
        placement.type() == ScalarType.Float
            && (type == ScalarType.BFloat16 || type == ScalarType.Half)
            && RowProduct.isFast();
    return widened ? type : placement.type();
  }

  @Override
  public Tensor constant(Tensor x, TensorOptional bias) {
    return ConstantProducts.linear(x, bias, fewRows, this::forward);
  }

  @Override
  public Tensor forward(Tensor x, TensorOptional bias) {
    if (fewRows.isPresent() && fewRows.get().suits(x)) {
      return fewRows.get().of(x, bias);
    }
    if (ElementType.of(matrix) == placement.type()) {
      return Linear.of(x, matrix, bias);
    }
    Tensor y = RowParts.product(x, matrix, placement.type());
    return bias.has_value() ? y.add(bias.get()) : y;
  }
}
