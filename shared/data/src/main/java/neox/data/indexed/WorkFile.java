package neox.data.indexed;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.NamedFiles;
import neox.base.UserException;

/// A growing file of little-endian numbers whose failures name it. Not thread-safe.
final class WorkFile implements Closeable {
  private final FileChannel channel;
  private final LittleEndianSink sink;

  private WorkFile(FileChannel channel) {
    this.channel = channel;
    this.sink = new LittleEndianSink(channel);
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
      return new WorkFile(channel);
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
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
