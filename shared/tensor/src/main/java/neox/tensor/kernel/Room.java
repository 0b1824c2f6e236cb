package neox.tensor.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of one thread to compute in, which grows as it is asked for. Mutable.
final class Room {
  private static final long CACHE_LINE = 64;

  private MemorySegment bytes = MemorySegment.NULL;

  /// The address of room for that many float32 numbers, and some more that fill the last vector;
  /// they hold anything, and are lost when the same room is asked for again.
  long floats(long count) {
    long size = (count + Lanes.COUNT) * Float.BYTES;
    if (bytes.byteSize() < size) {
      bytes = Arena.ofAuto().allocate(size, CACHE_LINE);
    }
    return bytes.address();
  }
}
