package neox.model;

import java.util.ArrayList;
import java.util.List;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Computing with some rows of a matrix at a time, so that what is made of them is still in cache
/// when it is used, and is never there of all of them.
final class RowParts {
  /// Numbers of a part.
  private static final long AT_ONCE = 1 << 20;

  /// What is done with `count` rows from `from` on.
  @FunctionalInterface
  interface OfRows {
    Tensor of(long from, long count);
  }

  /// Rows of a part of a matrix.
  static long rowsAtOnce(Tensor matrix) {
    return Math.max(1, AT_ONCE / matrix.size(1));
  }

  /// What comes of all parts, one beside the other along the last dim.
  static Tensor each(Tensor matrix, OfRows body) {
    long rows = matrix.size(0);
    long atOnce = rowsAtOnce(matrix);
    if (rows <= atOnce) {
      return body.of(0, rows);
    }
    List<Tensor> parts = new ArrayList<>();
    for (long from = 0; from < rows; from += atOnce) {
      long first = from;
      parts.add(Scope.run(() -> body.of(first, Math.min(atOnce, rows - first))));
    }
    return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), -1);
  }

  /// `x matrixᵀ` in x's type, to which the matrix is converted on the way.
  static Tensor product(Tensor x, Tensor matrix, ScalarType type) {
    return each(matrix, (from, count) -> Linear.of(x, matrix.narrow(0, from, count).to(type)));
  }

  private RowParts() {}
}
