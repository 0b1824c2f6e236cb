package neox.weights;

import java.util.function.Supplier;

/// A tensor that is about to be written: what it looks like now, its bytes when their turn comes,
/// so that a writer never holds more than one tensor that had to be computed.
public record NamedTensor(String name, DType dtype, Shape shape, Supplier<TensorView> bytes) {
  /// A tensor whose bytes exist already.
  public static NamedTensor of(String name, TensorView view) {
    return new NamedTensor(name, view.dtype(), view.shape(), () -> view);
  }

  public long byteSize() {
    return Math.multiplyExact(shape.count(), dtype.bytes());
  }

  /// The bytes, checked against what was announced.
  public TensorView view() {
    TensorView view = bytes.get();
    if (view.dtype() != dtype || !view.shape().equals(shape)) {
      throw new IllegalStateException(
          name + ": announced " + dtype + shape + " but is " + view.dtype() + view.shape());
    }
    return view;
  }
}
