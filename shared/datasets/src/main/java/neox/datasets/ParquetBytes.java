package neox.datasets;

import dev.hardwood.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.NamedFiles;
import org.jspecify.annotations.Nullable;

/// A file for hardwood to read, by copies of its bytes: hardwood's own way is to map the file, and
/// its threads may still read there after it was closed, which ends the process when the file has
/// become shorter meanwhile.
final class ParquetBytes implements InputFile {
  private final Path path;
  private @Nullable FileChannel channel;

  ParquetBytes(Path path) {
    this.path = path;
  }

  @Override
  public void open() throws IOException {
    channel = NamedFiles.open(path, StandardOpenOption.READ);
  }

  @Override
  public ByteBuffer readRange(long offset, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > length() - length) {
      throw new EOFException("the file ends before bytes that it refers to");
    }
    if (length == 0) {
      // hardwood, told of a column without bytes, would ask for the next none without end.
      throw new EOFException("it refers to no bytes where there must be some");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (opened().read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("the file has become shorter");
      }
    }
    return bytes.flip();
  }

  @Override
  public long length() throws IOException {
    return opened().size();
  }

  @Override
  public String name() {
    return path.getFileName().toString();
  }

  private FileChannel opened() {
    FileChannel open = channel;
    if (open == null) {
      throw new IllegalStateException(path + " has not been opened");
    }
    return open;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
