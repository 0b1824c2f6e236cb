package neox.weights.pickle;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;

/// A tensor as torch describes it: a window with strides onto a storage.
@SuppressWarnings("ArrayRecordComponent") // lives for one call
record StridedTensor(
    DType dtype, MemorySegment storage, long offset, long[] sizes, long[] strides) {
  private static final int MOST_DIMS = 64;

  StridedTensor {
    if (sizes.length > MOST_DIMS) {
      throw new IllegalArgumentException("a tensor of %d dimensions".formatted(sizes.length));
    }
    if (sizes.length != strides.length || offset < 0) {
      throw new IllegalArgumentException("sizes, strides and offset of a tensor do not fit");
    }
  }

  /// The size of the tensor in row order.
  long byteSize() {
    return Math.multiplyExact(Shape.of(sizes).count(), dtype.bytes());
  }

  /// The tensor in row order: a slice of the storage if it lies so, otherwise a copy in `arena`.
  TensorView view(Arena arena) {
    Shape shape = Shape.of(sizes);
    long count = shape.count();
    if (count == 0) {
      return new TensorView(dtype, shape, storage.asSlice(0, 0));
    }
    long available = storage.byteSize() / dtype.bytes();
    if (lastElement() >= available || count > available) {
      throw new IllegalArgumentException(
          "a tensor of shape " + shape + " reaches beyond its storage of " + available);
    }
    int width = dtype.bytes();
    if (isContiguous()) {
      return new TensorView(dtype, shape, storage.asSlice(offset * width, count * width));
    }
    MemorySegment copy = arena.allocate(count * width, Long.BYTES);
    long[] index = new long[sizes.length];
    for (long i = 0; i < count; i++) {
      MemorySegment.copy(storage, position(index) * width, copy, i * width, width);
      advance(index);
    }
    return new TensorView(dtype, shape, copy.asReadOnly());
  }

  /// Whether its elements lie in row order, so that no copy is needed.
  boolean isContiguous() {
    long expected = 1;
    for (int dim = sizes.length - 1; dim >= 0; dim--) {
      if (sizes[dim] != 1 && strides[dim] != expected) {
        return false;
      }
      expected *= sizes[dim];
    }
    return true;
  }

  private long lastElement() {
    long last = offset;
    for (int dim = 0; dim < sizes.length; dim++) {
      if (strides[dim] < 0) {
        throw new IllegalArgumentException("negative stride in " + Arrays.toString(strides));
      }
      last = Math.addExact(last, Math.multiplyExact(sizes[dim] - 1, strides[dim]));
    }
    return last;
  }

  private long position(long[] index) {
    long position = offset;
    for (int dim = 0; dim < index.length; dim++) {
      position += index[dim] * strides[dim];
    }
    return position;
  }

  private void advance(long[] index) {
    for (int dim = index.length - 1; dim >= 0; dim--) {
      index[dim]++;
      if (index[dim] < sizes[dim]) {
        return;
      }
      index[dim] = 0;
    }
  }
}
