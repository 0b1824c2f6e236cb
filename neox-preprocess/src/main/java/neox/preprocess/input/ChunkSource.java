package neox.preprocess.input;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/// Cuts one file into chunks. Used by one thread.
interface ChunkSource extends Closeable {
  /// The next chunk; empty at the end. After an exception nothing more can be read.
  Optional<Chunk> next() throws IOException;

  /// Where reading stands: the file or member, and how much of it was handed out.
  Position position();

  /// How far a file was read.
  ///
  /// @param place the file or member
  /// @param done such as `line 7`
  record Position(String place, String done) {}
}
