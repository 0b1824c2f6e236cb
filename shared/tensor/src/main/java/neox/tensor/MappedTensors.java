package neox.tensor;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Tensors over memory that something else owns, and the memory under tensors; nothing is copied.
public final class MappedTensors {
  /// A tensor over the segment's bytes, usually a mapped file. The segment's arena must stay open
  /// as long as the tensor or any view of it is in use, and a read-only mapping must never be the
  /// target of an in-place operation: the process would die.
  public static Tensor of(MemorySegment bytes, ScalarType type, long... sizes) {
    if (!bytes.isNative()) {
      throw new IllegalArgumentException("only native memory can be shared, not a Java array");
    }
    long expected = ElementType.bytes(type);
    for (long size : sizes) {
      expected = Math.multiplyExact(expected, size);
    }
    if (expected != bytes.byteSize()) {
      throw new IllegalArgumentException(
          "the tensor needs " + expected + " bytes, the segment has " + bytes.byteSize());
    }
    return torch.from_blob(new Address(bytes), sizes, ElementType.options(type));
  }

  /// The bytes of a contiguous tensor in main memory, row-major; valid as long as the tensor lives.
  @SuppressWarnings("restricted")
  public static MemorySegment bytes(Tensor tensor) {
    if (!tensor.is_cpu() || !tensor.is_contiguous()) {
      throw new IllegalArgumentException("only a contiguous tensor in main memory has its bytes");
    }
    if (tensor.numel() == 0) {
      return MemorySegment.NULL;
    }
    return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(tensor.nbytes());
  }

  /// A native address in the shape that JavaCPP passes to C++.
  private static final class Address extends Pointer {
    Address(MemorySegment bytes) {
      super((Pointer) null);
      address = bytes.address();
      capacity = bytes.byteSize();
      limit = bytes.byteSize();
    }
  }

  private MappedTensors() {}
}
