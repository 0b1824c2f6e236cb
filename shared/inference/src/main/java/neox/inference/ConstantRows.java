package neox.inference;

import neox.tensor.Device;
import neox.tensor.Placement;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// How many rows a product has, so that a row's result does not depend on how many others there
/// are.
///
/// OpenBLAS, which multiplies float32 on a CPU, takes one and the same chain of multiply-adds for
/// each element once a product is large enough, and whole vectors leave none of the last elements
/// of a tensor to the functions that round otherwise. oneDNN, which multiplies the shorter types,
/// and GPUs choose a kernel for each shape: there all products have the same number of rows.
///
/// @param most rows of one product
/// @param multiple what numbers of rows are rounded up to
record ConstantRows(int most, int multiple) {
  private static final int FLOAT32_MULTIPLE = 64;

  /// @param most a multiple of 64
  static ConstantRows of(Placement placement, int most) {
    boolean chains =
        placement.device() instanceof Device.Cpu && placement.type() == ScalarType.Float;
    return new ConstantRows(most, chains ? FLOAT32_MULTIPLE : most);
  }

  /// The rows that are computed where `count` are wanted, which are no more than [#most].
  int of(int count) {
    return (count + multiple - 1) / multiple * multiple;
  }
}
