package neox.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Memory that is used again and again while bytes pass through. Not thread-safe.
public final class Scratch implements AutoCloseable {
  private static final long SMALLEST = 1 << 16;

  private final Arena arena;
  private final List<MemorySegment> idle = new ArrayList<>();
  private long allocatedBytes;

  private Scratch(Arena arena) {
    this.arena = arena;
  }

  /// For the calling thread.
  public Scratch() {
    this(Arena.ofConfined());
  }

  /// For one thread after the other.
  static Scratch movable() {
    return new Scratch(Arena.ofShared());
  }

  /// Some of the memory; closing it gives it back.
  public final class Lease implements AutoCloseable {
    private final MemorySegment block;
    private final MemorySegment bytes;

    private Lease(MemorySegment block, long size) {
      this.block = block;
      this.bytes = block.asSlice(0, size);
    }

    /// As many as asked for, with any content.
    public MemorySegment bytes() {
      return bytes;
    }

    @Override
    public void close() {
      idle.add(block);
    }
  }

  /// At least `size` bytes, aligned for every element type.
  public Lease borrow(long size) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      if (idle.get(i).byteSize() >= size) {
        return new Lease(idle.remove(i), size);
      }
    }
    long rounded = Math.ceilDiv(Math.max(size, 1), SMALLEST) * SMALLEST;
    allocatedBytes += rounded;
    return new Lease(arena.allocate(rounded, Long.BYTES), size);
  }

  /// How much memory that is, used or idle.
  long allocatedBytes() {
    return allocatedBytes;
  }

  @Override
  public void close() {
    arena.close();
  }
}
