package neox.weights.pickle;

import neox.weights.DType;
import neox.weights.TensorView;

/// Gives the tensors a pickle refers to.
interface StorageReader {
  /// The tensor that starts `offset` elements into a storage.
  ///
  /// @param storage key of the storage in the archive
  /// @param elements size of the storage
  TensorView tensor(
      DType dtype, String storage, long elements, long offset, long[] sizes, long[] strides);
}
