package neox.preprocess;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// A file of the corpus as it lies on disk, before anything is decompressed.
///
/// @param name for messages
/// @param consumed grows by what is read, for the progress line
record RawInput(String name, Path path, AtomicLong consumed) {
  private static final int BUFFER_BYTES = 1 << 16;

  /// The disk failed, as opposed to the content.
  static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    Unreadable(String name, IOException cause) {
      super(name + ": cannot read: " + cause.getMessage(), cause);
    }
  }

  InputStream stream() throws IOException {
    return new BufferedInputStream(new Counting(Files.newInputStream(path)), BUFFER_BYTES);
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
        throw new Unreadable(name, e);
      }
    }
  }
}
