package neox.preprocess.encode;

/// What to do with a row that cannot become a document.
public enum OnError {
  /// Report it and fail; nothing is written.
  STOP,
  /// Leave it out, count it, and go on.
  SKIP
}
