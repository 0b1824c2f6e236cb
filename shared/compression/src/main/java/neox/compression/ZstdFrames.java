package neox.compression;

import com.github.luben.zstd.ZstdBufferDecompressingStreamNoFinalizer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A zstd stream of any number of frames, of which the last must be whole.
///
/// The library's own input stream takes a frame that is cut short for the end when it begins in the
/// same read as the end of the frame before. Used by one thread.
public final class ZstdFrames extends InputStream {
  private static final int WINDOW_LOG = 31; // archives made with --long=31 exist
  private static final int BUFFER_BYTES = 1 << 16;

  /// What a failing call has decoded is lost with it, so each decodes little.
  private static final int MOST_BYTES = 1 << 12;

  private final InputStream in;
  private final ByteBuffer packed = ByteBuffer.wrap(new byte[BUFFER_BYTES]).limit(0);
  private final ZstdBufferDecompressingStreamNoFinalizer frames;
  private Optional<IOException> failure = Optional.empty();
  private boolean empty = true;
  private boolean closed;

  public ZstdFrames(InputStream in) throws IOException {
    this.in = in;
    this.frames =
        new ZstdBufferDecompressingStreamNoFinalizer(packed) {
          @Override
          protected ByteBuffer refill(ByteBuffer drained) {
            fill();
            return drained;
          }
        };
    frames.setLongMax(WINDOW_LOG);
  }

  /// Leaves nothing in the buffer at the end of the bytes, and when they cannot be read.
  private void fill() {
    packed.clear();
    int read = -1;
    try {
      read = in.read(packed.array(), 0, packed.capacity());
    } catch (IOException e) {
      failure = Optional.of(e); // what was read before is good
    }
    packed.limit(Math.max(0, read));
    empty &= read <= 0;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer target = ByteBuffer.wrap(bytes, offset, Math.min(length, MOST_BYTES));
    while (frames.hasRemaining()) {
      int decoded = frames.read(target);
      if (decoded > 0) {
        return decoded;
      }
      if (!packed.hasRemaining() && frames.hasRemaining()) {
        throw failure.orElseGet(
            () -> new EOFException(empty ? "it is empty" : "it ends inside a zstd frame"));
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return -1;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      frames.close();
      in.close();
    }
  }
}
