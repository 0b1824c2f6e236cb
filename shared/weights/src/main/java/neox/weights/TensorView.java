package neox.weights;

import java.lang.foreign.MemorySegment;

/// A tensor's bytes where they lie (usually a mapped file): row-major, contiguous, little-endian.
///
/// The segment is valid as long as the [TensorStore] that gave it is open.
public record TensorView(DType dtype, Shape shape, MemorySegment bytes) {
  public TensorView {
    long expected = Math.multiplyExact(shape.count(), dtype.bytes());
    if (bytes.byteSize() != expected) {
      throw new IllegalArgumentException(
          "a "
              + dtype
              + " tensor of shape "
              + shape
              + " has "
              + expected
              + " bytes, not "
              + bytes.byteSize());
    }
  }
}
