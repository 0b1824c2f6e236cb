package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.tensor.kernel.Products;
import neox.tensor.kernel.RowProduct;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Products of float32 on a CPU in which a row's result depends on that row alone, to the bit.
///
/// OpenBLAS's kernels with vectors of 512 bits compute each element as one chain of multiply-adds,
/// wherever it lies in a product of 64 rows or more. Those with vectors of 256 bits take rows in
/// sixes by turns, each half of a dozen in an order of its own; there our own product is slower,
/// but a row is a row. Which of them is here is found by trying.
final class ConstantProducts {
  private static final boolean OF_LIBTORCH = areRowsAlike(64) && areRowsAlike(512);

  /// `x Wᵀ + bias`, of 64 rows or more.
  ///
  /// @param own the product of ours, where there is one
  /// @param libtorch the same by libtorch
  static Tensor linear(Tensor x, TensorOptional bias, Optional<RowProduct> own, Libtorch libtorch) {
    return own.isPresent() && isOurs(x) ? own.get().of(x, bias) : libtorch.linear(x, bias);
  }

  /// What libtorch makes of `x Wᵀ + bias`.
  @FunctionalInterface
  interface Libtorch {
    Tensor linear(Tensor x, TensorOptional bias);
  }

  /// `[b, s, k]` times `[b, k, t]`.
  static Tensor batched(Tensor x, Tensor y) {
    if (!isOurs(x) || !RowProduct.isFast()) {
      return Products.batched(x, y, 1);
    }
    List<Tensor> products = new ArrayList<>();
    for (long i = 0; i < x.size(0); i++) {
      RowProduct product = RowProduct.with(y.select(0, i).t().contiguous()).orElseThrow();
      products.add(product.of(x.select(0, i), new TensorOptional()));
    }
    return torch.stack(new TensorVector(products.toArray(Tensor[]::new)), 0);
  }

  private static boolean isOurs(Tensor x) {
    return x.is_cpu() && ElementType.of(x) == ScalarType.Float && !OF_LIBTORCH;
  }

  /// Whether equal rows have equal products in every place.
  private static boolean areRowsAlike(int rows) {
    Placement cpu = Placement.cpu(ScalarType.Float);
    try (var _ = Scope.open()) {
      Tensor row = cpu.range(1, 97, 1).view(1, 96).sin();
      Tensor weight = cpu.range(1, 96 * 160 + 1, 1).view(160, 96).sin();
      float[] products =
          TensorData.floats(
              Products.linear(row.expand(rows, 96).contiguous(), weight, new TensorOptional()));
      for (int i = 160; i < products.length; i++) {
        if (products[i] != products[i % 160]) {
          return false;
        }
      }
      return true;
    }
  }

  private ConstantProducts() {}
}
