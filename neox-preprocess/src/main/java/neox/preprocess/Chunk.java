package neox.preprocess;

import java.util.List;

/// A piece of the input that one worker handles alone.
sealed interface Chunk {
  /// Whole lines of a file, each a document.
  ///
  /// @param source the file's name for messages
  /// @param firstLine the number of the first line
  /// @param length how many of the bytes count
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Lines(String source, long firstLine, LineForm form, byte[] bytes, int length)
      implements Chunk {}

  /// What a line is.
  enum LineForm {
    /// A JSON row.
    JSON,
    /// A text, and its line feed belongs to it.
    TEXT
  }

  /// Documents that know where they end.
  record Documents(List<Document> documents) implements Chunk {}

  /// The rest of a file that cannot be read.
  ///
  /// @param problem the file, how far it was read, and what is wrong
  record Lost(String problem) implements Chunk {}
}
