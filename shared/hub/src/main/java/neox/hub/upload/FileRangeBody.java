package neox.hub.upload;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;
import neox.base.NamedFiles;
import neox.hub.LocalFile;
import neox.hub.LocalFileException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/// A range of a file as a request body of exactly known length, read anew for every call.
///
/// The exact length matters: without it the body would go out in chunks, which object stores
/// refuse.
final class FileRangeBody extends RequestBody {
  private static final int BLOCK_BYTES = 1 << 16;

  private final LocalFile file;
  private final long offset;
  private final long length;
  private final LongConsumer sent;

  /// @param sent hears how many bytes of the range have been sent
  FileRangeBody(LocalFile file, long offset, long length, LongConsumer sent) {
    this.file = file;
    this.offset = offset;
    this.length = length;
    this.sent = sent;
  }

  @Override
  public @Nullable MediaType contentType() {
    return null;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    try (FileChannel channel = open()) {
      ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
      long done = 0;
      while (done < length) {
        block.clear().limit((int) Math.min(BLOCK_BYTES, length - done));
        int count = read(channel, block, offset + done);
        if (count < 0) {
          throw LocalFileException.changed(file);
        }
        sink.write(block.array(), 0, count);
        done += count;
        sent.accept(done);
      }
    }
    file.requireUnchanged();
  }

  private FileChannel open() throws LocalFileException {
    try {
      file.requireUnchanged();
      return NamedFiles.open(file.source());
    } catch (LocalFileException e) {
      throw e;
    } catch (IOException e) {
      throw new LocalFileException(file, e);
    }
  }

  private int read(FileChannel channel, ByteBuffer block, long position) throws LocalFileException {
    try {
      return channel.read(block, position);
    } catch (IOException e) {
      throw new LocalFileException(file, e);
    }
  }
}
