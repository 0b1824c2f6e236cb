package neox.preprocess.parquet;

/// Decodes DELTA_BINARY_PACKED: numbers as packed differences, block by block.
final class DeltaNumbers {
  private final byte[] bytes;
  private int at;

  /// @param from where the numbers begin
  DeltaNumbers(byte[] bytes, int from) {
    this.bytes = bytes;
    this.at = from;
  }

  /// All of them.
  ///
  /// @param most more are not to be expected
  int[] read(int most) throws ParquetException {
    long blockSize = varint();
    long miniblocks = varint();
    long count = varint();
    boolean sound = blockSize > 0 && miniblocks > 0 && blockSize % miniblocks == 0;
    if (!sound || blockSize > 1 << 24 || count < 0 || count > most) {
      throw Slices.damaged();
    }
    int[] values = new int[(int) count];
    long value = zigzag();
    int filled = 0;
    if (count > 0) {
      values[filled++] = (int) value;
    }
    int perMiniblock = (int) (blockSize / miniblocks);
    while (filled < count) {
      long least = zigzag();
      int widths = at;
      at = advanced(miniblocks);
      for (int m = 0; m < miniblocks && filled < count; m++) {
        int width = bytes[widths + m] & 0xff;
        int start = at;
        at = advanced((long) perMiniblock * width / 8);
        for (int i = 0; i < perMiniblock && filled < count; i++) {
          value += least + bits(8L * start + (long) i * width, width);
          values[filled++] = (int) value;
        }
      }
    }
    return values;
  }

  /// Where the bytes behind the numbers begin.
  int end() {
    return at;
  }

  private int advanced(long step) throws ParquetException {
    if (step > bytes.length - at) {
      throw Slices.damaged();
    }
    return at + (int) step;
  }

  private long bits(long from, int width) throws ParquetException {
    if (width > Long.SIZE) {
      throw Slices.damaged();
    }
    long value = 0;
    for (int bit = 0; bit < width; ) {
      int offset = (int) ((from + bit) & 7);
      int taken = Math.min(8 - offset, width - bit);
      int part = ((bytes[(int) ((from + bit) >>> 3)] & 0xff) >>> offset) & ((1 << taken) - 1);
      value |= (long) part << bit;
      bit += taken;
    }
    return value;
  }

  private long zigzag() throws ParquetException {
    long n = varint();
    return (n >>> 1) ^ -(n & 1);
  }

  private long varint() throws ParquetException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at >= bytes.length) {
        throw Slices.damaged();
      }
      int b = bytes[at++] & 0xff;
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw Slices.damaged();
  }
}
