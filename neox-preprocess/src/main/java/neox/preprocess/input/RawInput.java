package neox.preprocess.input;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.NamedFiles;
import neox.base.Tool;

/// A file of the corpus before anything is decompressed.
///
/// @param name for messages
/// @param consumed grows by what is read, for the progress line
/// @param slice which lines of an uncompressed file on disk are read
/// @param goOn where in an uncompressed file on disk to go on
/// @param keys the texts that are wanted, for formats that keep each apart
/// @param limit how long a row may be
record RawInput(
    String name,
    Bytes source,
    AtomicLong consumed,
    Slice slice,
    Optional<LinePlace> goOn,
    List<String> keys,
    RowLimit limit) {
  private static final int BUFFER_BYTES = 1 << 16;

  /// Makes a stream.
  interface Opening {
    InputStream open() throws IOException;
  }

  /// Where the bytes are.
  sealed interface Bytes {
    /// The bytes from `offset` on, which is 0 unless they are on disk.
    InputStream open(long offset) throws IOException;

    /// All bytes on disk, for formats that are not read from front to back.
    Path path() throws IOException;

    /// To be called after the last document.
    void finished() throws IOException;

    /// What to throw when reading fails.
    Unreadable unreadable(String name, IOException cause);

    record OnDisk(Path path) implements Bytes {
      @Override
      public InputStream open(long offset) throws IOException {
        FileChannel channel = NamedFiles.open(path, StandardOpenOption.READ);
        try {
          return Channels.newInputStream(channel.position(offset));
        } catch (IOException e) {
          channel.close();
          throw e;
        }
      }

      @Override
      public void finished() {}

      @Override
      public Unreadable unreadable(String name, IOException cause) {
        return new Unreadable(name, cause);
      }
    }

    /// A stream that can be had once.
    record Streamed(Opening opening) implements Bytes {
      @Override
      public InputStream open(long offset) throws IOException {
        return opening.open();
      }

      @Override
      public Path path() {
        throw new IllegalStateException("a stream is not on disk");
      }

      @Override
      public void finished() {}

      @Override
      public Unreadable unreadable(String name, IOException cause) {
        return new Unreadable(name, cause);
      }
    }

    record Remote(RemoteInput input) implements Bytes {
      @Override
      public InputStream open(long offset) throws IOException {
        return readable(input::open);
      }

      @Override
      public Path path() throws IOException {
        return readable(input::fetch);
      }

      @Override
      public void finished() throws IOException {
        input.finished();
      }

      /// The cause names the file itself.
      @Override
      public Unreadable unreadable(String name, IOException cause) {
        return new Unreadable(cause);
      }
    }
  }

  /// The disk or the network failed, as opposed to the content.
  static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    Unreadable(String name, IOException cause) {
      super(
          cause instanceof FileSystemException
              ? Tool.describe(cause) // it names the file itself
              : name + ": cannot read: " + cause.getMessage(),
          cause);
    }

    /// For a cause that names the file itself.
    Unreadable(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /// All bytes in order.
  InputStream stream() throws IOException {
    return stream(0);
  }

  /// The bytes from `offset` on, which is 0 unless the file is on disk.
  InputStream stream(long offset) throws IOException {
    return new BufferedInputStream(new Counting(source.open(offset)), BUFFER_BYTES);
  }

  /// The same for a look beside the reading.
  InputStream uncounted() throws IOException {
    return source.open(0);
  }

  /// The file on disk, for formats that are not read from front to back.
  Path path() throws IOException {
    return source.path();
  }

  /// To be called after the last document.
  void finished() throws IOException {
    source.finished();
  }

  private interface Attempt<T> {
    T make() throws IOException;
  }

  private static <T> T readable(Attempt<T> attempt) throws IOException {
    try {
      return attempt.make();
    } catch (IOException e) {
      throw new Unreadable(e);
    }
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int read = super.read(bytes, offset, length);
        consumed.addAndGet(Math.max(0, read));
        return read;
      } catch (IOException e) {
        throw source.unreadable(name, e);
      }
    }
  }
}
