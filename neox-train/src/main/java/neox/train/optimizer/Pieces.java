package neox.train.optimizer;

import java.util.List;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.Scope;
import neox.weights.Shape;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Tensor;

/// What this rank holds of parameters that tensor-parallel ranks share, for rules that look at
/// whole ones. All ranks of the group ask the same of the same parameters, in the same order.
///
/// @param shapes of this rank's pieces
/// @param shares how the ranks share each
record Pieces(List<Shape> shapes, List<Share> shares) {
  Shape shape(int i) {
    return shapes.get(i);
  }

  private boolean isSplit(int i, int dim) {
    return shares.get(i) instanceof Share.Split split && split.dim() == dim;
  }

  /// A parameter's `[rows, columns]` of all ranks' pieces, one after the other along the dim that
  /// is split: the whole, but for the order of its rows or columns. Itself where nothing is split.
  Tensor whole(int i, Tensor piece, Communicator tensor) {
    if (tensor.isAlone()) {
      return piece;
    }
    if (isSplit(i, 0)) {
      return gathered(piece, tensor);
    }
    return isSplit(i, 1) ? gathered(piece.t(), tensor).t() : piece;
  }

  private static Tensor gathered(Tensor rows, Communicator tensor) {
    return Scope.run(() -> {
      Tensor mine = rows.contiguous();
      Tensor all = mine.new_empty(mine.size(0) * tensor.size(), mine.size(1));
      tensor.allGather(all, mine);
      return all;
    });
  }

  /// This rank's part of what [#whole] has put together.
  Tensor own(int i, Tensor whole, Communicator tensor) {
    for (int dim = 0; dim < whole.dim(); dim++) {
      if (isSplit(i, dim) && !tensor.isAlone()) {
        long size = shape(i).size(dim);
        return whole.narrow(dim, tensor.rank() * size, size);
      }
    }
    return whole;
  }

  /// Makes the largest of this rank's piece along a dim, in place, the largest of the whole
  /// parameter's.
  ///
  /// @param largest over all dims but `dim`
  void max(int i, int dim, Tensor largest, Communicator tensor) {
    boolean othersHaveTheRest = shares.get(i) instanceof Share.Split && !isSplit(i, dim);
    if (othersHaveTheRest && !tensor.isAlone()) {
      tensor.allReduce(largest, Reduction.MAX);
    }
  }
}
