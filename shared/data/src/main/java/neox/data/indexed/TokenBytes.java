package neox.data.indexed;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import neox.base.Addresses;
import neox.base.NamedFiles;

/// The bytes of a `.bin` file. Safe to read from many threads; no thread may read after [#close].
sealed interface TokenBytes extends AutoCloseable {
  long byteSize();

  /// Some of them, to be read soon. A store that cannot be read is an [UncheckedIOException].
  MemorySegment slice(long from, long length);

  @Override
  void close();

  /// Maps a file of this machine, and asks a store for what is read.
  ///
  /// @param arena how long the file stays mapped
  static TokenBytes open(Path file, Arena arena) throws IOException {
    if (!Addresses.isAddress(file)) {
      return new Mapped(TokenIndex.map(file, arena));
    }
    FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ);
    try {
      return new Ranged(channel, channel.size());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// In memory, as far as the system is concerned; the arena's owner ends it.
  record Mapped(MemorySegment bytes) implements TokenBytes {
    @Override
    public long byteSize() {
      return bytes.byteSize();
    }

    @Override
    public MemorySegment slice(long from, long length) {
      return bytes.asSlice(from, length);
    }

    @Override
    public void close() {
      // With its arena.
    }
  }

  /// Somewhere else.
  record Ranged(FileChannel channel, long byteSize) implements TokenBytes {
    @Override
    public MemorySegment slice(long from, long length) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length));
      try {
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, from + bytes.position()) < 0) {
            throw new EOFException("the tokens end at byte " + (from + bytes.position()));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return MemorySegment.ofArray(bytes.array());
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
