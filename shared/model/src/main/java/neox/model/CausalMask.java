package neox.model;

import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// Which keys a query must not see: those of later tokens. Keeps the largest mask asked for so far;
/// shared by all blocks of a network. Not thread-safe.
final class CausalMask implements AutoCloseable {
  private @Nullable Tensor largest; // [size, size], true above the diagonal

  /// `[queries, keys]`, true = hidden; the last query stands at the last key.
  Tensor of(long queries, long keys) {
    Tensor mask = largest;
    if (mask == null || mask.size(0) < keys) {
      close();
      try (var _ = Scope.open()) {
        Tensor ones =
            torch.full(
                new long[] {keys, keys}, new Scalar(1), ElementType.options(ScalarType.Bool));
        mask = Scope.keep(ones.triu(1));
      }
      largest = mask;
    }
    return mask.narrow(0, keys - queries, queries).narrow(1, 0, keys);
  }

  @Override
  public void close() {
    if (largest != null) {
      Scope.release(largest);
      largest = null;
    }
  }
}
