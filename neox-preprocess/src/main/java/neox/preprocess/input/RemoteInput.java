package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/// A file of the corpus that does not lie on this machine's disk.
///
/// Used by one thread; its maker closes whatever it opened and was not closed.
public interface RemoteInput {
  /// The file's name, whose ending says its format.
  String name();

  /// Its length in bytes, 0 when unknown.
  long size();

  /// The bytes from the first to the last. An [IOException] of the stream ends the run: its cause
  /// is never the content. The reader closes the stream.
  InputStream open() throws IOException;

  /// A copy on disk, for the formats that are read from the back; it has to last until the next
  /// call or the end of the run.
  Path fetch() throws IOException;

  /// Every document of the opened stream has been read: throws when the bytes turn out to be wrong.
  void finished() throws IOException;
}
