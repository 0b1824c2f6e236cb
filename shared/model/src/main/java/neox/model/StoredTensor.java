package neox.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import neox.tensor.MappedTensors;
import neox.tensor.Scope;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;

/// A stored tensor's bytes as a tensor, for the time being: where they lie, or a copy of what is in
/// a Java array.
record StoredTensor(Tensor tensor, Arena arena) implements AutoCloseable {
  private static final long CACHE_LINE = 64;

  static StoredTensor of(TensorView view) {
    Arena arena = Arena.ofConfined();
    MemorySegment bytes = view.bytes();
    if (!bytes.isNative()) {
      bytes = arena.allocate(bytes.byteSize(), CACHE_LINE).copyFrom(bytes);
    }
    return new StoredTensor(Scope.keep(over(view, bytes)), arena);
  }

  /// The tensor over its bytes, which must be native memory.
  static Tensor over(TensorView view, MemorySegment bytes) {
    return MappedTensors.of(bytes, StoredTypes.toTorch(view.dtype()), view.shape().sizes());
  }

  @Override
  public void close() {
    Scope.release(tensor);
    arena.close();
  }
}
