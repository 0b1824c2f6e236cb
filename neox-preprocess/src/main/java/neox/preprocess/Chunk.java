package neox.preprocess;

/// A piece of the input that one worker handles alone.
///
/// @param source the file's name for messages
/// @param firstLine the number of the first line
/// @param bytes whole lines of JSON, or the whole of a text file
/// @param length how many of the bytes count
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Chunk(String source, long firstLine, Kind kind, byte[] bytes, int length) {
  /// What the bytes are.
  enum Kind {
    JSON_LINES,
    TEXT
  }
}
