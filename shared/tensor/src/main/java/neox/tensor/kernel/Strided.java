package neox.tensor.kernel;

import java.util.Optional;
import neox.tensor.ElementType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A float32 matrix in main memory whose rows, or columns, each lie together.
///
/// @param distance between the beginnings of two rows, or of two columns, in elements
/// @param turned whether it is columns that lie together
record Strided(long address, int rows, int columns, int distance, boolean turned) {
  /// Empty where the tensor is another one.
  static Optional<Strided> of(Tensor tensor) {
    if (!tensor.is_cpu()
        || ElementType.of(tensor) != ScalarType.Float
        || tensor.dim() != 2
        || tensor.numel() == 0) {
      return Optional.empty();
    }
    long rows = tensor.size(0);
    long columns = tensor.size(1);
    long down = rows == 1 ? columns : tensor.stride(0);
    long across = columns == 1 ? 1 : tensor.stride(1);
    if (Math.max(Math.max(rows, columns), Math.max(down, across)) > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    long address = tensor.data_ptr().address();
    if (across == 1 && down >= columns) {
      return Optional.of(new Strided(address, (int) rows, (int) columns, (int) down, false));
    }
    if (down == 1 && across >= rows) {
      return Optional.of(new Strided(address, (int) rows, (int) columns, (int) across, true));
    }
    return Optional.empty();
  }

  /// `count` rows from `from` on.
  Strided ofRows(int from, int count) {
    return new Strided(at(from, 0), count, columns, distance, turned);
  }

  /// `count` columns from `from` on.
  Strided ofColumns(int from, int count) {
    return new Strided(at(0, from), rows, count, distance, turned);
  }

  /// The same shape elsewhere.
  Strided moved(long elements) {
    return new Strided(address + elements * Float.BYTES, rows, columns, distance, turned);
  }

  private long at(long row, long column) {
    long elements = turned ? column * distance + row : row * distance + column;
    return address + elements * Float.BYTES;
  }
}
