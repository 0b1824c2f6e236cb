package neox.data.indexed;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.NamedFiles;
import neox.base.UserException;

/// A growing file of little-endian numbers whose failures name it. Not thread-safe.
final class WorkFile implements Closeable {
  private final Path path;
  private final FileChannel channel;
  private final LittleEndianSink sink;

  private WorkFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
    this.sink = new LittleEndianSink(new Naming());
  }

  /// Opens the file to append after its first `length` bytes; what lies behind them is cut off.
  static WorkFile open(Path path, long length) throws IOException {
    FileChannel channel =
        NamedFiles.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.size() < length) {
        throw UserException.of(
            "%s: %,d bytes, but at least %,d were written: the file was changed or the disk lost"
                + " them, so the work cannot go on from here",
            path, channel.size(), length);
      }
      channel.truncate(length);
      channel.position(length);
      return new WorkFile(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  LittleEndianSink sink() {
    return sink;
  }

  /// What was flushed so far, for reading.
  FileChannel channel() {
    return channel;
  }

  /// Everything put so far is on the disk afterwards.
  void sync() throws IOException {
    sink.flush();
    try {
      channel.force(true);
    } catch (IOException e) {
      throw named(e);
    }
  }

  private IOException named(IOException e) {
    FileSystemException named = new FileSystemException(path.toString(), null, e.getMessage());
    named.initCause(e);
    return named;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /// "No space left on device" does not say which device.
  private final class Naming implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      try {
        return channel.write(source);
      } catch (IOException e) {
        throw named(e);
      }
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
