package neox.weights;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Supplier;

/// A tensor that is about to be written, and its name.
public record NamedTensor(String name, LazyTensor tensor) {
  /// A tensor whose bytes are made when their turn comes, so that a writer holds no more than one.
  public NamedTensor(String name, DType dtype, Shape shape, Supplier<TensorView> bytes) {
    this(name, LazyTensor.onDemand(dtype, shape, bytes));
  }

  /// A tensor whose bytes exist already.
  public static NamedTensor of(String name, TensorView view) {
    return new NamedTensor(name, LazyTensor.of(view));
  }

  public DType dtype() {
    return tensor.dtype();
  }

  public Shape shape() {
    return tensor.shape();
  }

  /// The bytes, if they are in memory already.
  public Optional<TensorView> existing() {
    return tensor.bytes() instanceof InMemory(MemorySegment bytes)
        ? Optional.of(new TensorView(dtype(), shape(), bytes))
        : Optional.empty();
  }

  public long byteSize() {
    return tensor.byteSize();
  }

  /// The bytes in memory, all at once.
  public TensorView view() {
    return tensor.view();
  }
}
