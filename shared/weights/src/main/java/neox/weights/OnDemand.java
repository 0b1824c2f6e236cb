package neox.weights;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/// Bytes that are made when their turn comes: by other ranks, say, or on a device.
record OnDemand(DType dtype, Shape shape, Supplier<TensorView> view) implements ByteSource {
  @Override
  public long byteSize() {
    return Math.multiplyExact(shape.count(), dtype.bytes());
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) {
    throw new IllegalStateException("bytes that are made at once were asked for in parts");
  }

  @Override
  public ByteSource due() {
    return new InMemory(whole());
  }

  @Override
  public MemorySegment whole() {
    TensorView made = view.get();
    if (made.dtype() != dtype || !made.shape().equals(shape)) {
      throw new IllegalStateException(
          "announced " + dtype + shape + " but is " + made.dtype() + made.shape());
    }
    return made.bytes();
  }
}
