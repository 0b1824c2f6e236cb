package neox.preprocess.input;

import neox.base.text.TextBytes;

/// Where a line begins.
///
/// @param offset in the bytes of the file, after decompression
/// @param lines how many lines of what is read come before it
public record LinePlace(long offset, long lines) {
  static final LinePlace START = new LinePlace(0, 0);

  /// The place behind `bytes[0, length)`, which begin here.
  LinePlace after(byte[] bytes, int length) {
    return new LinePlace(offset + length, lines + TextBytes.lineFeeds(bytes, length));
  }
}
