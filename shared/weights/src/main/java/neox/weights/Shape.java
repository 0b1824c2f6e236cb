package neox.weights;

import java.util.Arrays;

/// The sizes of a tensor, outermost first. Immutable.
public final class Shape {
  private final long[] sizes;

  private Shape(long[] sizes) {
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException("negative size in " + Arrays.toString(sizes));
      }
    }
    this.sizes = sizes;
  }

  public static Shape of(long... sizes) {
    return new Shape(sizes.clone());
  }

  /// Number of dimensions; 0 for a scalar.
  public int rank() {
    return sizes.length;
  }

  public long size(int dim) {
    return sizes[dim];
  }

  /// A copy of all sizes.
  public long[] sizes() {
    return sizes.clone();
  }

  /// Number of elements.
  public long count() {
    long count = 1;
    for (long size : sizes) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /// The same shape with one size replaced.
  public Shape with(int dim, long size) {
    long[] copy = sizes.clone();
    copy[dim] = size;
    return new Shape(copy);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /// As in error messages: `[512, 64]`.
  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
