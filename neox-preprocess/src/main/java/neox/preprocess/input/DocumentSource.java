package neox.preprocess.input;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/// Reads one document of a file after the other, in the file's order. Used by one thread.
interface DocumentSource extends Closeable {
  /// The next document; empty at the end. After an exception nothing more can be read.
  Optional<Document> next() throws IOException;
}
