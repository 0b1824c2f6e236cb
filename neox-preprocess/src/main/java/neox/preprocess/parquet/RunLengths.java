package neox.preprocess.parquet;

/// Decodes Parquet's RLE / bit-packing hybrid: small numbers as runs and as packed groups of eight.
final class RunLengths {
  private final byte[] bytes;
  private final int end;
  private final int width;
  private int at;
  private int repeats;
  private int repeated;
  private long packedBit;
  private int packed;

  /// @param width bits per number
  RunLengths(byte[] bytes, int from, int to, int width) throws ParquetException {
    if (from < 0 || to > bytes.length || from > to || width < 0 || width > Integer.SIZE) {
      throw Slices.damaged();
    }
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.width = width;
  }

  int next() throws ParquetException {
    while (repeats == 0 && packed == 0) {
      begin();
    }
    if (repeats > 0) {
      repeats--;
      return repeated;
    }
    packed--;
    int value = 0;
    for (int bit = 0; bit < width; ) {
      int offset = (int) (packedBit & 7);
      int taken = Math.min(8 - offset, width - bit);
      int part = ((bytes[(int) (packedBit >>> 3)] & 0xff) >>> offset) & ((1 << taken) - 1);
      value |= part << bit;
      bit += taken;
      packedBit += taken;
    }
    return value;
  }

  private void begin() throws ParquetException {
    int head = varint();
    int count = head >>> 1;
    if ((head & 1) == 0) {
      repeats = count;
      repeated = 0;
      for (int i = 0; i < (width + 7) / 8; i++) {
        repeated |= oneByte() << (8 * i);
      }
      return;
    }
    // The last group may be cut off after the numbers that are used.
    long bits = Math.min(8L * count * width, 8L * (end - at));
    packed = width == 0 ? 8 * count : (int) (bits / width);
    packedBit = 8L * at;
    at = (int) Math.min(end, at + (long) count * width);
    if (packed <= 0) {
      throw Slices.damaged();
    }
  }

  private int varint() throws ParquetException {
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int b = oneByte();
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw Slices.damaged();
  }

  private int oneByte() throws ParquetException {
    if (at >= end) {
      throw Slices.damaged();
    }
    return bytes[at++] & 0xff;
  }
}
