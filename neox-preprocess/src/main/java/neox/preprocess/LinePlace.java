package neox.preprocess;

/// Where a line begins.
///
/// @param offset in the bytes of the file, after decompression
/// @param lines how many lines of what is read come before it
record LinePlace(long offset, long lines) {
  static final LinePlace START = new LinePlace(0, 0);

  /// The place behind `bytes[0, length)`, which begin here.
  LinePlace after(byte[] bytes, int length) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += bytes[i] == '\n' ? 1 : 0;
    }
    return new LinePlace(offset + length, lines + count);
  }
}
