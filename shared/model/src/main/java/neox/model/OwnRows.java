package neox.model;

import neox.tensor.kernel.RowProduct;
import org.bytedeco.pytorch.Tensor;

/// Up to how many rows of activations a pass without a gradient is computed by our own kernels,
/// which compute each row by itself: few, where libtorch's take longer; or all, so that a row is
/// the same bits whatever is read with it.
///
/// @param most rows
record OwnRows(int most) {
  static OwnRows of(NetworkOptions options) {
    return new OwnRows(
        switch (options.use()) {
          case TRAINING -> 0;
          case INFERENCE ->
              switch (options.rows()) {
                case FAST -> RowProduct.FEW;
                case CONSTANT -> Integer.MAX_VALUE;
              };
        });
  }

  /// Whether the kernels compute with x, whose rows have that many numbers.
  boolean take(Tensor x, long width) {
    return most > 0 && x.numel() <= most * width && RowProduct.reads(x);
  }
}
