package neox.base;

/// What readers of text in bytes share.
public final class TextBytes {
  /// How many line feeds there are in `bytes[0, to)`.
  public static int lineFeeds(byte[] bytes, int to) {
    int count = 0;
    for (int i = 0; i < to; i++) {
      count += bytes[i] == '\n' ? 1 : 0;
    }
    return count;
  }

  /// The length of the byte order mark that `bytes[0, to)` begin with, or 0.
  public static int markLength(byte[] bytes, int to) {
    boolean marked =
        to >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
    return marked ? 3 : 0;
  }

  private TextBytes() {}
}
