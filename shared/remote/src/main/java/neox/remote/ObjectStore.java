package neox.remote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Objects under names, outside of this machine or in a directory.
///
/// What the user has to mend (no such bucket, no credentials, access denied) is a [UserException];
/// an [IOException] is trouble that has outlasted the repeated calls. Thread-safe. The owner closes
/// it, after its last call has come back.
public interface ObjectStore extends AutoCloseable {
  /// The object with this key; empty when there is none.
  Optional<StoredObject> find(String key) throws IOException;

  /// Whether the store says what lies in a folder.
  default boolean lists() {
    return true;
  }

  /// What lies right below a folder (empty: the whole store). [UserException] where a store cannot
  /// say that.
  Listing list(String folder) throws IOException;

  /// Fills a buffer with the bytes of this state of an object from `from` on; [UserException] when
  /// the object is another one by now.
  void read(StoredObject object, long from, ByteBuffer into) throws IOException;

  /// Stores a file, whole or not at all, and over what had its key. Parts of it that are there
  /// already from a call that was broken off are not sent again.
  ///
  /// @param sent hears how many bytes of this file have been taken since it was called last; from
  ///   several threads
  void put(String key, LocalContent content, LongConsumer sent) throws IOException;

  /// Stores a few bytes.
  void put(String key, byte[] bytes) throws IOException;

  /// A file to be stored.
  ///
  /// @param sha256 of its bytes, in hexadecimal digits
  record LocalContent(Path file, long bytes, String sha256) {}

  @Override
  void close();
}
