package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.tensor.CustomFunction;
import neox.tensor.ElementType;
import neox.tensor.kernel.Products;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// `c = scale · a b` of many pairs of matrices, as `torch.bmm` has it, with [Products]:
///
///     ∂a = scale · ∂c bᵀ,  ∂b = scale · aᵀ ∂c
final class Batched {
  /// `[n, m, k]` times `[n, k, p]`: `[n, m, p]`.
  static Tensor of(Tensor a, Tensor b) {
    return of(a, b, 1);
  }

  static Tensor of(Tensor a, Tensor b, double scale) {
    if (!isOurs(a)) {
      return scale == 1 ? torch.bmm(a, b) : ofLibtorch(a, b, scale);
    }
    if (!GradMode.is_enabled()) {
      return Products.batched(a, b, scale);
    }
    Tensor c;
    try (var _ = new NoGradGuard()) {
      c = Products.batched(a, b, scale);
    }
    List<Tensor> inputs = List.of(a, b);
    return CustomFunction.apply(
        c, inputs, inputs, (ofC, saved) -> gradients(ofC, saved.get(0), saved.get(1), scale));
  }

  private static Tensor ofLibtorch(Tensor a, Tensor b, double scale) {
    Tensor nothing = torch.zeros(new long[] {1}, a.options());
    return torch.baddbmm(
        nothing.expand(a.size(0), a.size(1), b.size(2)), a, b, new Scalar(0), new Scalar(scale));
  }

  /// Whether the products are [Products]'.
  static boolean isOurs(Tensor x) {
    return x.is_cpu() && ElementType.of(x) == ScalarType.Float;
  }

  private static List<Optional<Tensor>> gradients(Tensor ofC, Tensor a, Tensor b, double scale) {
    List<Optional<Tensor>> gradients = new ArrayList<>();
    gradients.add(
        a.requires_grad()
            ? Optional.of(Products.batched(ofC, b.transpose(1, 2), scale))
            : Optional.empty());
    gradients.add(
        b.requires_grad()
            ? Optional.of(Products.batched(a.transpose(1, 2), ofC, scale))
            : Optional.empty());
    return gradients;
  }

  private Batched() {}
}
