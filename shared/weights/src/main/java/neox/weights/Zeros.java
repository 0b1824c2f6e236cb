package neox.weights;

import java.lang.foreign.MemorySegment;

/// Nothing but zeros.
public record Zeros(long byteSize) implements ByteSource {
  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) {
    target.fill((byte) 0);
  }
}
