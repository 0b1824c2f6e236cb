package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.tensor.CustomFunction;
import neox.tensor.Gradients;
import neox.tensor.kernel.Products;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// `y = x wᵀ + bias`, as `torch.linear` has it. In float32 in main memory the products are
/// [Products]', and the weights' gradient is added up where it is collected, without being anywhere
/// else before:
///
///     ∂x = ∂y w,  ∂w += ∂yᵀ x,  ∂bias = Σ ∂y
final class Linear {
  /// @param x `[…, in]`
  /// @param w `[out, in]`
  /// @param bias `[out]`, if there is one
  static Tensor of(Tensor x, Tensor w, TensorOptional bias) {
    if (!Batched.isOurs(x) || !Batched.isOurs(w)) {
      return torch.linear(x, w, bias);
    }
    if (!GradMode.is_enabled()) {
      return Products.linear(x, w, bias);
    }
    List<Tensor> inputs = new ArrayList<>(List.of(x, w));
    if (bias.has_value()) {
      inputs.add(bias.get());
    }
    Tensor y;
    try (var _ = new NoGradGuard()) {
      y = Products.linear(x, w, bias);
    }
    return CustomFunction.apply(y, inputs, inputs, Linear::gradients);
  }

  static Tensor of(Tensor x, Tensor w) {
    return of(x, w, new TensorOptional());
  }

  private static List<Optional<Tensor>> gradients(Tensor ofY, List<Tensor> inputs) {
    Tensor x = inputs.get(0);
    Tensor w = inputs.get(1);
    Tensor g = ofY.reshape(-1, w.size(0)); // [rows, out]
    List<Optional<Tensor>> gradients = new ArrayList<>();
    gradients.add(x.requires_grad() ? Optional.of(Products.of(g, w).view_as(x)) : Optional.empty());
    gradients.add(
        w.requires_grad() ? ofWeights(w, g.t(), x.reshape(-1, w.size(1))) : Optional.empty());
    if (inputs.size() > 2) {
      gradients.add(inputs.get(2).requires_grad() ? Optional.of(g.sum(0)) : Optional.empty());
    }
    return gradients;
  }

  /// `a b`, if it has not been added up already.
  private static Optional<Tensor> ofWeights(Tensor w, Tensor a, Tensor b) {
    Optional<Tensor> sum = w.is_leaf() ? Gradients.of(w) : Optional.empty();
    sum.ifPresent(all -> Products.add(all, a, b));
    return sum.isPresent() ? Optional.empty() : Optional.of(Products.of(a, b));
  }

  private Linear() {}
}
