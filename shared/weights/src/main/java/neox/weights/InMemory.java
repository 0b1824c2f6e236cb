package neox.weights;

import java.lang.foreign.MemorySegment;

/// Bytes that lie in memory, or in a file that is mapped there.
public record InMemory(MemorySegment whole) implements ByteSource {
  @Override
  public long byteSize() {
    return whole.byteSize();
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) {
    MemorySegment.copy(whole, offset, target, 0, target.byteSize());
  }

  @Override
  public ByteSource slice(long from, long length) {
    return new InMemory(whole.asSlice(from, length));
  }
}
