package neox.tensor.kernel;

/// Weights `[rows, columns]` in memory, row after row.
///
/// @param scales the address of a float32 for each row, which its numbers are multiplied with; 0
///   when there are none
record Matrix(NumberFormat format, long address, int rows, int columns, long scales) {
  static final long NONE = 0;

  long rowBytes() {
    return (long) columns * format.bytes();
  }

  /// The address of a row; of the last one for rows behind it.
  long row(int row) {
    return address + Math.min(row, rows - 1) * rowBytes();
  }

  /// Four rows.
  Dots.Rows fourFrom(int row) {
    return new Dots.Rows(format, row(row), row(row + 1), row(row + 2), row(row + 3));
  }
}
