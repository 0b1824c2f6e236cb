package neox.compression;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// A gzip stream (RFC 1952) of any number of members, of which the last must be whole. Zeros may
/// follow each, as gzip and Python allow.
///
/// The JDK's stream takes a damaged member for the end; that of Commons Compress refuses zeros, and
/// drops what it has decoded when the bytes end. Used by one thread.
public final class GzipMembers extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HEADER_CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;
  private static final int TIME_AND_SYSTEM_BYTES = 6;

  private final InputStream in;
  private final byte[] packed = new byte[BUFFER_BYTES];
  private final Inflater inflater = new Inflater(true);
  private final CRC32 sum = new CRC32();
  private int at;
  private int filled;
  private boolean first = true;
  private boolean inside;
  private Optional<IOException> failure = Optional.empty();

  public GzipMembers(InputStream in) {
    this.in = in;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    while (inside || begin()) {
      int decoded = inflate(bytes, offset, length);
      sum.update(bytes, offset, decoded);
      if (inflater.finished()) {
        end();
      }
      if (decoded > 0) {
        return decoded;
      }
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
    return -1;
  }

  /// Goes to the next member; returns false at the end.
  private boolean begin() throws IOException {
    int head = nextOrEnd();
    while (head == 0 && !first) {
      head = nextOrEnd();
    }
    if (head < 0 && first) {
      throw new EOFException("it is empty");
    }
    if (head < 0) {
      return false;
    }
    if ((head | next() << 8) != MAGIC) {
      throw new IOException(
          first ? "not in gzip's format" : "something that is not in gzip's format follows");
    }
    readHeader();
    first = false;
    inside = true;
    inflater.reset();
    sum.reset();
    return true;
  }

  private void readHeader() throws IOException {
    int method = next();
    int flags = next();
    if (method != DEFLATE || (flags & RESERVED) != 0) {
      throw new IOException(
          "a gzip header with method %d and flags 0x%02x, which are unknown"
              .formatted(method, flags));
    }
    skip(TIME_AND_SYSTEM_BYTES);
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    skipText((flags & NAME) != 0);
    skipText((flags & COMMENT) != 0);
    skip((flags & HEADER_CHECKSUM) != 0 ? 2 : 0);
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      int _ = next();
    }
  }

  private void skipText(boolean there) throws IOException {
    boolean more = there;
    while (more) {
      more = next() != 0;
    }
  }

  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    long before = inflater.getBytesWritten();
    try {
      int decoded = inflater.inflate(bytes, offset, length); // even without input some may be left
      if (decoded == 0 && !inflater.finished()) {
        feed();
      }
      return decoded;
    } catch (DataFormatException e) {
      return orThrow((int) (inflater.getBytesWritten() - before), new IOException(e.getMessage()));
    }
  }

  private void feed() throws IOException {
    if (at == filled && !fill()) {
      throw new EOFException("it ends inside a gzip member");
    }
    inflater.setInput(packed, at, filled - at);
    at = filled;
  }

  /// What was decoded before the damage is handed out first.
  private int orThrow(int decoded, IOException e) throws IOException {
    failure = Optional.of(e);
    if (decoded == 0) {
      throw e;
    }
    return decoded;
  }

  /// Checks what stands behind a member. The last bytes of the member have been decoded, so that a
  /// wrong sum is told at the next call.
  private void end() {
    at -= inflater.getRemaining();
    inside = false;
    try {
      long expected = next() | next() << 8 | next() << 16 | (long) next() << 24;
      long length = next() | next() << 8 | next() << 16 | (long) next() << 24;
      if (expected != sum.getValue() || length != (inflater.getBytesWritten() & 0xffffffffL)) {
        failure = Optional.of(new IOException("the checksum of a gzip member does not match"));
      }
    } catch (IOException e) {
      failure = Optional.of(e);
    }
  }

  private int next() throws IOException {
    int b = nextOrEnd();
    if (b < 0) {
      throw new EOFException("it ends inside a gzip member");
    }
    return b;
  }

  private int nextOrEnd() throws IOException {
    return at < filled || fill() ? packed[at++] & 0xff : -1;
  }

  private boolean fill() throws IOException {
    at = 0;
    filled = Math.max(0, in.read(packed, 0, packed.length));
    return filled > 0;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
