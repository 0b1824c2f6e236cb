package neox.model;

import java.util.List;
import java.util.Optional;
import neox.tensor.CustomFunction;
import neox.tensor.Gradients;
import neox.tensor.kernel.RowProduct;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/// A matrix in the type of the activations.
///
/// @param tensor `[out, in]`
/// @param fewRows the product with few rows, where libtorch is not the best at it
record DenseWeight(Tensor tensor, Optional<RowProduct> fewRows) implements Weight {
  /// For training: libtorch and autograd do it all.
  static DenseWeight training(Tensor tensor) {
    return new DenseWeight(tensor, Optional.empty());
  }

  static DenseWeight inference(Tensor tensor, OwnRows rows) {
    return new DenseWeight(tensor, RowProduct.with(tensor).map(own -> own.upTo(rows.most())));
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
    return Linear.of(x, tensor.is_contiguous() ? tensor : together(), bias);
  }

  /// The columns of a shard, which lie apart, in memory of their own: a product must not depend on
  /// how far apart they are. Autograd would warn of each gradient that lies apart like its leaf, so
  /// that it is added here.
  private Tensor together() {
    return CustomFunction.apply(
        tensor.detach().contiguous(),
        List.of(tensor),
        List.of(),
        (gradient, _) -> List.of(added(tensor, gradient)));
  }

  private static Optional<Tensor> added(Tensor weight, Tensor gradient) {
    Optional<Tensor> sum = Gradients.of(weight);
    sum.ifPresent(all -> all.add_(gradient));
    return sum.isPresent() ? Optional.empty() : Optional.of(gradient);
  }
}
