package neox.tensor.kernel;

import neox.tensor.ElementType;
import org.bytedeco.pytorch.Tensor;

/// Numbers of a format from an address on, one after the other.
record Numbers(NumberFormat format, long address) {
  static Numbers of(Tensor tensor) {
    return new Numbers(
        NumberFormat.of(ElementType.of(tensor)).orElseThrow(), tensor.data_ptr().address());
  }

  /// Those from `index` on.
  Numbers from(long index) {
    return new Numbers(format, address + index * format.bytes());
  }

  /// The address of `count` of them in float32: where they are, or in a room.
  long wide(int count, Room room) {
    if (format == NumberFormat.FLOAT32) {
      return address;
    }
    long at = room.floats(count);
    Dots.widen(format, address, count, at);
    return at;
  }

  /// The address to write `count` float32 numbers to before [#store] is called.
  long target(int count, Room room) {
    return format == NumberFormat.FLOAT32 ? address : room.floats(count);
  }

  /// Rounds what was written to a [#target].
  void store(int count, long wide) {
    switch (format) {
      case FLOAT32 -> {}
      case BFLOAT16 -> {
        Loops.narrowBfloat16(wide, count, address);
        for (int i = Lanes.end(count); i < count; i++) {
          Memory.set(format, address, i, Memory.float32(wide, i));
        }
      }
      case FLOAT16, INT8 -> {
        for (int i = 0; i < count; i++) {
          Memory.set(format, address, i, Memory.float32(wide, i));
        }
      }
    }
  }
}
