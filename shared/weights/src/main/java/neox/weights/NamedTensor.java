package neox.weights;

import java.util.Optional;
import java.util.function.Supplier;

/// A tensor that is about to be written: what it looks like now, its bytes when their turn comes,
/// so that a writer never holds more than one tensor that had to be computed.
public record NamedTensor(String name, DType dtype, Shape shape, Supplier<TensorView> bytes) {
  /// A tensor whose bytes exist already.
  public static NamedTensor of(String name, TensorView view) {
    return new NamedTensor(name, view.dtype(), view.shape(), new Existing(view));
  }

  private record Existing(TensorView view) implements Supplier<TensorView> {
    @Override
    public TensorView get() {
      return view;
    }
  }

  /// The bytes, if they exist already.
  public Optional<TensorView> existing() {
    return bytes instanceof Existing(TensorView view) ? Optional.of(view) : Optional.empty();
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
