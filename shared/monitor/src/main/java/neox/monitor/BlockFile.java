package neox.monitor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import neox.base.NamedFiles;

/// A file that grows by whole blocks: one that cannot be written leaves nothing of itself behind,
/// so that it can be tried again. Not thread-safe.
public final class BlockFile implements AutoCloseable {
  private final Path path;
  private final SeekableByteChannel channel;
  private long end;

  /// @param path of the file in messages
  public BlockFile(Path path, SeekableByteChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.end = channel.size();
  }

  /// Opens a file to write at its end.
  public static BlockFile open(Path path, OpenOption... options) throws IOException {
    return new BlockFile(path, NamedFiles.open(path, options));
  }

  /// Writes the block, or fails and leaves the file as it was.
  public void append(byte[] block) throws IOException {
    try {
      if (channel.size() > end) {
        channel.truncate(end); // what a failure had left
      }
      channel.position(end);
      ByteBuffer bytes = ByteBuffer.wrap(block);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      end += block.length;
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      cut();
      FileSystemException named = new FileSystemException(path.toString(), null, e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /// Where even this fails, the next block does it.
  private void cut() {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
