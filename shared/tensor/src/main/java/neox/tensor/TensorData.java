package neox.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Copies between Java arrays and tensors. New tensors belong to the innermost scope.
public final class TensorData {
  /// Rows of equal length as an int64 tensor `[rows, length]`: the form in which token ids enter a
  /// network.
  public static Tensor ofIds(int[][] rows) {
    int length = rows[0].length;
    long[] flat = new long[Math.multiplyExact(rows.length, length)];
    for (int r = 0; r < rows.length; r++) {
      if (rows[r].length != length) {
        throw new IllegalArgumentException("rows of " + length + " and " + rows[r].length + " ids");
      }
      for (int i = 0; i < length; i++) {
        flat[r * length + i] = rows[r][i];
      }
    }
    return torch.tensor(flat).view(rows.length, length);
  }

  /// A float32 tensor of these sizes.
  public static Tensor ofFloats(float[] values, long... sizes) {
    return torch.tensor(values).view(sizes);
  }

  /// Bytes in main memory, `[length]`.
  public static Tensor ofBytes(byte[] values) {
    return torch.tensor(values);
  }

  /// What [#ofBytes] was given.
  public static byte[] bytes(Tensor tensor) {
    try (var _ = Scope.open()) {
      return MappedTensors.bytes(tensor.detach().cpu().contiguous()).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// All elements in row-major order, from whatever device, converted to float32.
  public static float[] floats(Tensor tensor) {
    try (var _ = Scope.open()) {
      Tensor here = tensor.detach().to(ScalarType.Float).cpu().contiguous();
      MemorySegment bytes = MappedTensors.bytes(here);
      return bytes.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  /// All elements of an integer tensor in row-major order.
  public static long[] longs(Tensor tensor) {
    try (var _ = Scope.open()) {
      Tensor here = tensor.detach().to(ScalarType.Long).cpu().contiguous();
      MemorySegment bytes = MappedTensors.bytes(here);
      return bytes.toArray(ValueLayout.JAVA_LONG);
    }
  }

  private TensorData() {}
}
