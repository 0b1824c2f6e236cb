package neox.base.text;

/// What readers of text in bytes share.
public final class TextBytes {
  /// How a byte order mark comes into the middle of a file.
  public static final String MARK_HINT =
      "U+FEFF, which begins some files; it stays where they are joined, and must be taken out";

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
    return markLength(bytes, 0, to);
  }

  /// The same for `bytes[from, to)`.
  public static int markLength(byte[] bytes, int from, int to) {
    boolean marked =
        to - from >= 3
            && bytes[from] == (byte) 0xef
            && bytes[from + 1] == (byte) 0xbb
            && bytes[from + 2] == (byte) 0xbf;
    return marked ? 3 : 0;
  }

  private TextBytes() {}
}
