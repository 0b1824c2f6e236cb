package neox.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/// A tensor on its way from one file to another: what it looks like, and where its bytes come from.
///
/// @param bytes row-major, little-endian
public record LazyTensor(DType dtype, Shape shape, ByteSource bytes) {
  public LazyTensor {
    long expected = Math.multiplyExact(shape.count(), dtype.bytes());
    if (bytes.byteSize() != expected) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s has %d bytes, not %d"
              .formatted(dtype, shape, expected, bytes.byteSize()));
    }
  }

  /// A tensor whose bytes are in memory.
  public static LazyTensor of(TensorView view) {
    return new LazyTensor(view.dtype(), view.shape(), new InMemory(view.bytes()));
  }

  /// A tensor that is made when its turn comes, whole.
  public static LazyTensor onDemand(DType dtype, Shape shape, Supplier<TensorView> view) {
    return new LazyTensor(dtype, shape, new OnDemand(dtype, shape, view));
  }

  /// The same values as `type`.
  public LazyTensor to(DType type) {
    return to(type, value -> {});
  }

  /// The same values as `type`, where every number must fit that.
  public LazyTensor to(DType type, Converted.TooLarge tooLarge) {
    return type == dtype
        ? this
        : new LazyTensor(type, shape, new Converted(bytes, dtype, type, tooLarge));
  }

  public long byteSize() {
    return bytes.byteSize();
  }

  /// Whether both are the same tensor, bit for bit; [neox.base.UserException] when the checksum of
  /// one is wrong.
  public boolean isSameAs(LazyTensor other) throws IOException {
    if (dtype != other.dtype || !shape.equals(other.shape)) {
      return false;
    }
    bytes.check();
    other.bytes.check();
    return ByteSource.same(bytes, other.bytes);
  }

  /// The tensor in memory, intact: where it lies, or a copy where it follows from what lies
  /// elsewhere. [neox.base.UserException] when a checksum is wrong.
  public TensorView view() {
    try {
      bytes.check();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TensorView(dtype, shape, bytes.whole());
  }
}
