package neox.data;

import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Optional;
import neox.base.UserException;
import neox.data.indexed.IndexFormat;

/// Integers in native or mapped memory, as many as it holds: a Java array ends at 2^31 elements.
///
/// Valid as long as the arena of its memory; writes are not synchronized.
public final class IntegerArray {
  /// How one element is stored, with numpy's name for it.
  public enum Element {
    UINT8("|u1", 1),
    INT32("<i4", 4),
    UINT32("<u4", 4),
    INT64("<i8", 8);

    private final String descr;
    private final int bytes;

    Element(String descr, int bytes) {
      this.descr = descr;
      this.bytes = bytes;
    }

    static Optional<Element> ofDescr(String descr) {
      return Arrays.stream(values()).filter(element -> element.descr.equals(descr)).findFirst();
    }

    String descr() {
      return descr;
    }

    int bytes() {
      return bytes;
    }
  }

  private static final long ALWAYS_THERE = 1L << 26; // of memory: not worth asking

  private final Element element;
  private final MemorySegment memory;
  private final long length;

  /// An array over `memory`, whose size is a multiple of the element's.
  IntegerArray(Element element, MemorySegment memory) {
    this.element = element;
    this.memory = memory;
    this.length = memory.byteSize() / element.bytes();
  }

  /// An array of zeros outside the Java heap; [UserException] when the machine has not the memory.
  static IntegerArray allocate(Element element, long length, Arena arena) {
    long bytes = Math.multiplyExact(length, (long) element.bytes());
    if (bytes > ALWAYS_THERE && bytes > memorySize()) {
      throw UserException.of(
          "the order of samples has %,d entries: %,d bytes, and the machine has %,d bytes of"
              + " memory; ask for fewer samples (train_iters, train_batch_size)",
          length, bytes, memorySize());
    }
    MemorySegment memory =
        bytes == 0 ? MemorySegment.ofArray(new byte[0]) : arena.allocate(bytes, 8);
    return new IntegerArray(element, memory);
  }

  /// Bytes of memory that the machine has.
  static long memorySize() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  public long get(long index) {
    return switch (element) {
      case UINT8 -> memory.get(ValueLayout.JAVA_BYTE, index) & 0xffL;
      case INT32 -> memory.get(IndexFormat.INT, 4 * index);
      case UINT32 -> memory.get(IndexFormat.INT, 4 * index) & 0xffffffffL;
      case INT64 -> memory.get(IndexFormat.LONG, 8 * index);
    };
  }

  /// Stores the low bits of `value`; the caller chose an element that holds it.
  void set(long index, long value) {
    switch (element) {
      case UINT8 -> memory.set(ValueLayout.JAVA_BYTE, index, (byte) value);
      case INT32, UINT32 -> memory.set(IndexFormat.INT, 4 * index, (int) value);
      case INT64 -> memory.set(IndexFormat.LONG, 8 * index, value);
    }
  }

  /// Fills the array with `first`, `first + 1`, …, beginning again after `period` values.
  void fillRepeated(long first, long period) {
    long offset = 0;
    for (long i = 0; i < length; i++) {
      set(i, first + offset);
      offset = offset + 1 == period ? 0 : offset + 1;
    }
  }

  /// Swaps element `last - k` with element `partners[k]`, for each `k` below `count` in turn.
  void swapDown(long last, long[] partners, int count) {
    switch (element) {
      case UINT8 -> {
        for (int k = 0; k < count; k++) {
          swap(last - k, partners[k]);
        }
      }
      case INT32, UINT32 -> {
        for (int k = 0; k < count; k++) {
          long a = 4 * (last - k);
          long b = 4 * partners[k];
          int kept = memory.get(IndexFormat.INT, a);
          memory.set(IndexFormat.INT, a, memory.get(IndexFormat.INT, b));
          memory.set(IndexFormat.INT, b, kept);
        }
      }
      case INT64 -> {
        for (int k = 0; k < count; k++) {
          long a = 8 * (last - k);
          long b = 8 * partners[k];
          long kept = memory.get(IndexFormat.LONG, a);
          memory.set(IndexFormat.LONG, a, memory.get(IndexFormat.LONG, b));
          memory.set(IndexFormat.LONG, b, kept);
        }
      }
    }
  }

  private void swap(long a, long b) {
    long kept = get(a);
    set(a, get(b));
    set(b, kept);
  }

  public long length() {
    return length;
  }

  public Element element() {
    return element;
  }

  MemorySegment memory() {
    return memory;
  }
}
