package neox.preprocess.input;

/// The part of a file whose lines are read: those that begin at byte `from` or later and before
/// byte `to`.
public record Slice(long from, long to) {
  static final Slice WHOLE = new Slice(0, Long.MAX_VALUE);

  public Slice {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("bytes " + from + " to " + to);
    }
  }

  /// How many bytes of a file it covers.
  long length(long fileSize) {
    return Math.min(to, fileSize) - Math.min(from, fileSize);
  }
}
