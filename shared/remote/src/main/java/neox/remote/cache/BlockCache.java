package neox.remote.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import neox.base.NamedFiles;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoredObject;

/// Blocks of objects that are read here and there, each in a file of its own behind which stands
/// its CRC-32C: a damaged one is fetched again. Thread-safe, also among processes and hosts.
public final class BlockCache {
  static final String KIND = "blocks";

  /// Samples of a training run are some kilobytes each; a call takes as long for a megabyte.
  private static final int BLOCK_BYTES = 1 << 20;

  private static final int LOCKS = 64;

  private final CacheDirectory directory;
  private final Object[] locks = new Object[LOCKS];

  public BlockCache(CacheDirectory directory) {
    this.directory = directory;
    Arrays.setAll(locks, _ -> new Object());
  }

  /// Reads as much of an object from `from` on as fits, at most one block; returns how much, -1 at
  /// the end.
  ///
  /// @param address of the store
  public int read(
      ObjectStore store, StoreAddress address, StoredObject object, long from, ByteBuffer into)
      throws IOException {
    if (from >= object.bytes()) {
      return -1;
    }
    long number = from / BLOCK_BYTES;
    int skip = Math.toIntExact(from - number * BLOCK_BYTES);
    ByteBuffer block = block(new Wanted(store, address, object, number));
    int length = Math.min(into.remaining(), block.limit() - skip);
    into.put(block.slice(skip, length));
    return length;
  }

  /// @param number of the block in its object
  private record Wanted(ObjectStore store, StoreAddress address, StoredObject object, long number) {
    int bytes() {
      return (int) Math.min(BLOCK_BYTES, object.bytes() - number * BLOCK_BYTES);
    }
  }

  private ByteBuffer block(Wanted wanted) throws IOException {
    Path folder = directory.of(KIND, wanted.address(), wanted.object());
    Path file = folder.resolve(Long.toString(wanted.number()));
    Optional<ByteBuffer> kept = kept(file, wanted.bytes());
    if (kept.isPresent()) {
      return kept.get();
    }
    synchronized (locks[Math.floorMod(file.hashCode(), LOCKS)]) {
      Optional<ByteBuffer> fetched = kept(file, wanted.bytes()); // by another thread
      return fetched.isPresent() ? fetched.get() : fetch(wanted, file);
    }
  }

  private static Optional<ByteBuffer> kept(Path file, int bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(bytes + Integer.BYTES);
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
      if (channel.size() != content.capacity()) {
        return Optional.empty();
      }
      while (content.hasRemaining()) {
        if (channel.read(content) < 0) {
          return Optional.empty();
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    content.flip();
    if (content.getInt(bytes) != sum(content.slice(0, bytes))) {
      return Optional.empty();
    }
    CacheDirectory.touch(file);
    return Optional.of(content.limit(bytes));
  }

  private static int sum(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  private ByteBuffer fetch(Wanted wanted, Path file) throws IOException {
    int bytes = wanted.bytes();
    ByteBuffer content = ByteBuffer.allocate(bytes + Integer.BYTES);
    content.limit(bytes);
    wanted.store().read(wanted.object(), wanted.number() * BLOCK_BYTES, content);
    content.limit(content.capacity()).putInt(bytes, sum(content.slice(0, bytes)));
    directory.reserve(content.capacity());
    keep(content.rewind(), file);
    return content.rewind().limit(bytes);
  }

  /// Leaves the block to later reads under a name that nobody else writes to, on whatever host that
  /// shares the cache. That another has given it its name, or made room meanwhile, does not matter
  /// to this read: it has the bytes.
  private static void keep(ByteBuffer content, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path hidden = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel =
          NamedFiles.open(hidden, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        while (content.hasRemaining()) {
          channel.write(content);
        }
      }
      Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      // Another process has deleted the folder or the file: a later read fetches the block again.
    } finally {
      Files.deleteIfExists(hidden);
    }
  }
}
