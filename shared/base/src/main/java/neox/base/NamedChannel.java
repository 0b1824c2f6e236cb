package neox.base;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A channel whose failures name its file.
final class NamedChannel extends FileChannel {
  private final FileChannel channel;
  private final Optional<UncachedWrites> uncached;
  private final String name;

  /// Takes over `channel`, which is closed with this object.
  NamedChannel(FileChannel channel, String name) {
    this(channel, Optional.empty(), name);
  }

  /// Takes over `channel` and `uncached`, which writes to the same file in its stead.
  NamedChannel(FileChannel channel, Optional<UncachedWrites> uncached, String name) {
    this.channel = channel;
    this.uncached = uncached;
    this.name = name;
  }

  private interface Work<T extends @Nullable Object> {
    T run() throws IOException;
  }

  private interface Count {
    long run() throws IOException;
  }

  private <T extends @Nullable Object> T named(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (IOException e) {
      throw NamedStreams.named(e, name);
    }
  }

  private long counted(Count work) throws IOException {
    try {
      return work.run();
    } catch (IOException e) {
      throw NamedStreams.named(e, name);
    }
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    return (int) counted(() -> channel.read(to));
  }

  @Override
  public long read(ByteBuffer[] to, int offset, int length) throws IOException {
    return counted(() -> channel.read(to, offset, length));
  }

  @Override
  public int read(ByteBuffer to, long position) throws IOException {
    return (int) counted(() -> channel.read(to, position));
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return (int)
        counted(() -> uncached.isPresent() ? uncached.get().write(from) : channel.write(from));
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    return counted(() -> channel.write(from, offset, length));
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    return (int)
        counted(() ->
            uncached.isPresent()
                ? uncached.get().write(from, position)
                : channel.write(from, position));
  }

  @Override
  public long position() throws IOException {
    return counted(channel::position);
  }

  @Override
  public FileChannel position(long position) throws IOException {
    named(() -> channel.position(position));
    return this;
  }

  @Override
  public long size() throws IOException {
    return counted(channel::size);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    named(() -> channel.truncate(size));
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    try {
      channel.force(metaData);
    } catch (IOException e) {
      throw NamedStreams.named(e, name);
    }
  }

  /// The two channels themselves, so that the kernel copies; either may be the one that failed.
  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    if (!(target instanceof NamedChannel other)) {
      return counted(() -> channel.transferTo(position, count, target));
    }
    try {
      return channel.transferTo(position, count, other.channel);
    } catch (IOException e) {
      throw NamedStreams.named(e, name, other.name);
    }
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    if (!(source instanceof NamedChannel other)) {
      return counted(() -> channel.transferFrom(source, position, count));
    }
    try {
      return channel.transferFrom(other.channel, position, count);
    } catch (IOException e) {
      throw NamedStreams.named(e, other.name, name);
    }
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return named(() -> channel.map(mode, position, size));
  }

  @Override
  public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    return named(() -> channel.map(mode, offset, size, arena));
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return named(() -> channel.lock(position, size, shared));
  }

  @Override
  public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return this.<@Nullable FileLock>named(() -> channel.tryLock(position, size, shared));
  }

  @Override
  protected void implCloseChannel() throws IOException {
    named(() -> {
      try (channel) {
        if (uncached.isPresent()) {
          uncached.get().close();
        }
      }
      return name;
    });
  }
}
