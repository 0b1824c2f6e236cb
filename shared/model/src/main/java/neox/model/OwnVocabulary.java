package neox.model;

import neox.parallel.TensorParallel;
import neox.tensor.ElementType;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Token ids as seen by one of the ranks that share a vocabulary: rank r holds the rows from `r·V`
/// on (arXiv:1909.08053 §3).
///
/// @param rows of this rank for each id, 0 for those of others
/// @param inside true for ids of this rank
record OwnVocabulary(Tensor rows, Tensor inside) {
  /// @param size V, rows of this rank
  static OwnVocabulary of(Tensor ids, long size, TensorParallel tp) {
    return of(ids, size, tp.rank());
  }

  /// The same for one of the shards into which the vocabulary is cut.
  static OwnVocabulary of(Tensor ids, long size, int shard) {
    Tensor rows = ids.sub(new Scalar(shard * size));
    Tensor inside = rows.ge(new Scalar(0)).logical_and(rows.lt(new Scalar(size)));
    return new OwnVocabulary(rows.mul(inside), inside);
  }

  /// 1 for ids of this rank, 0 for others, in the type of another tensor.
  Tensor mask(Tensor like) {
    return inside.to(ElementType.of(like));
  }
}
