package neox.remote.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.hub.RunningHash;
import neox.remote.Listing;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoredObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachesTest {
  private static final int BLOCK = 1 << 20;
  private static final long PLENTY = 1L << 40;
  private static final StoreAddress STORE = StoreAddress.parse("s3://bucket");

  @TempDir Path directory;

  /// One object, and what was read of it.
  private static final class Memory implements ObjectStore {
    private final byte[] bytes;
    private final List<Long> reads = Collections.synchronizedList(new ArrayList<>());
    private volatile int failAfter = Integer.MAX_VALUE;
    private volatile boolean damages;

    Memory(int length) {
      bytes = new byte[length];
      new Random(length).nextBytes(bytes);
    }

    StoredObject object() {
      return new StoredObject("folder/x.bin", bytes.length, "tag", Optional.empty());
    }

    String sha256() {
      RunningHash sum = RunningHash.start();
      sum.update(bytes, 0, bytes.length);
      return sum.sha256();
    }

    @Override
    public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
      if (reads.size() >= failAfter) {
        throw new IOException("the network is down");
      }
      reads.add(from);
      into.put(bytes, (int) from, into.remaining());
      if (damages) {
        into.put(into.position() - 1, (byte) ~into.get(into.position() - 1));
      }
    }

    @Override
    public Optional<StoredObject> find(String key) {
      throw new AssertionError(key);
    }

    @Override
    public Listing list(String folder) {
      throw new AssertionError(folder);
    }

    @Override
    public void put(String key, LocalContent content, LongConsumer sent) {
      throw new AssertionError(key);
    }

    @Override
    public void put(String key, byte[] content) {
      throw new AssertionError(key);
    }

    @Override
    public void close() {}
  }

  private byte[] blocks(BlockCache cache, Memory memory, int from, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining()) {
      assertThat(cache.read(memory, STORE, memory.object(), from + into.position(), into))
          .isPositive();
    }
    return into.array();
  }

  private static byte[] part(Memory memory, int from, int length) {
    return Arrays.copyOfRange(memory.bytes, from, from + length);
  }

  @Test
  void aBlockIsFetchedOnceWhoeverReadsIt() throws IOException {
    Memory memory = new Memory(2 * BLOCK + 100);
    BlockCache cache = new BlockCache(new CacheDirectory(directory, PLENTY));
    assertThat(blocks(cache, memory, BLOCK - 10, 20)).isEqualTo(part(memory, BLOCK - 10, 20));
    assertThat(blocks(cache, memory, 2 * BLOCK + 90, 10))
        .isEqualTo(part(memory, 2 * BLOCK + 90, 10));
    assertThat(memory.reads).containsExactly(0L, (long) BLOCK, 2L * BLOCK);
    BlockCache another = new BlockCache(new CacheDirectory(directory, PLENTY));
    assertThat(blocks(another, memory, 0, memory.bytes.length)).isEqualTo(memory.bytes);
    assertThat(memory.reads).hasSize(3);
    assertThat(
            cache.read(memory, STORE, memory.object(), memory.bytes.length, ByteBuffer.allocate(1)))
        .isEqualTo(-1);
  }

  @Test
  void aDamagedBlockIsFetchedAgain() throws IOException {
    Memory memory = new Memory(BLOCK);
    BlockCache cache = new BlockCache(new CacheDirectory(directory, PLENTY));
    blocks(cache, memory, 0, 10);
    Path block = files().getFirst();
    byte[] damaged = Files.readAllBytes(block);
    damaged[500] ^= 1;
    Files.write(block, damaged);
    assertThat(blocks(cache, memory, 490, 20)).isEqualTo(part(memory, 490, 20));
    Files.write(block, new byte[10]);
    assertThat(blocks(cache, memory, 490, 20)).isEqualTo(part(memory, 490, 20));
    assertThat(memory.reads).hasSize(3);
  }

  @Test
  void theCacheStaysWithinItsBound() throws IOException {
    Memory memory = new Memory(64 * BLOCK);
    BlockCache cache = new BlockCache(new CacheDirectory(directory, 8L * BLOCK));
    for (int block = 0; block < 64; block++) {
      assertThat(blocks(cache, memory, block * BLOCK, 5)).isEqualTo(part(memory, block * BLOCK, 5));
      long bytes = 0;
      for (Path file : files()) {
        bytes += Files.size(file);
      }
      assertThat(bytes).isLessThanOrEqualTo(9L * BLOCK);
    }
  }

  @Test
  void manyThreadsReadTheSameBytes() throws Exception {
    Memory memory = new Memory(4 * BLOCK);
    BlockCache cache = new BlockCache(new CacheDirectory(directory, PLENTY));
    List<Future<?>> readers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int reader = 0; reader < 8; reader++) {
        readers.add(
            threads.submit(() -> {
              assertThat(blocks(cache, memory, 0, memory.bytes.length)).isEqualTo(memory.bytes);
              return null;
            }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    assertThat(memory.reads).hasSize(4);
  }

  /// Processes in containers have the same numbers; caches of their own know as little of each
  /// other.
  @Test
  void manyProcessesReadTheSameBytesWhateverTheirNumbers() throws Exception {
    Memory memory = new Memory(40 * BLOCK);
    int processes = 8;
    CyclicBarrier together = new CyclicBarrier(processes);
    List<Future<?>> readers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(processes)) {
      for (int reader = 0; reader < processes; reader++) {
        BlockCache cache = new BlockCache(new CacheDirectory(directory, PLENTY));
        readers.add(
            threads.submit(() -> {
              for (int from = 0; from < memory.bytes.length; from += BLOCK) {
                together.await(1, TimeUnit.MINUTES);
                assertThat(blocks(cache, memory, from, 10)).isEqualTo(part(memory, from, 10));
              }
              return null;
            }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    assertThat(files()).hasSize(40);
  }

  private byte[] whole(FileCache cache, Memory memory, Optional<String> sha256) throws IOException {
    try (FileChannel channel = cache.open(memory, STORE, memory.object(), sha256)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
      while (bytes.hasRemaining()) {
        assertThat(channel.read(bytes)).isPositive();
      }
      return bytes.array();
    }
  }

  @Test
  void aFileIsFetchedOnceAndGoesOnWhereItWasBrokenOff() throws IOException {
    Memory memory = new Memory(40 << 20);
    FileCache cache = new FileCache(new CacheDirectory(directory, PLENTY));
    memory.failAfter = 2;
    assertThatThrownBy(() -> whole(cache, memory, Optional.of(memory.sha256())))
        .hasMessage("the network is down");
    memory.failAfter = Integer.MAX_VALUE;
    assertThat(whole(cache, memory, Optional.of(memory.sha256()))).isEqualTo(memory.bytes);
    assertThat(whole(cache, memory, Optional.of(memory.sha256()))).isEqualTo(memory.bytes);
    assertThat(memory.reads).containsExactly(0L, 16L << 20, 32L << 20);
  }

  @Test
  void aFileWithAnotherSumIsRefused() {
    Memory memory = new Memory(1000);
    memory.damages = true;
    FileCache cache = new FileCache(new CacheDirectory(directory, PLENTY));
    assertThatThrownBy(() -> whole(cache, memory, Optional.of(memory.sha256())))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("s3://bucket/folder/x.bin: its sha256 is ")
        .hasMessageEndingWith(
            ", expected %s by its manifest (fetched 3 times): damaged there, or on the way"
                .formatted(memory.sha256()));
    assertThat(memory.reads).hasSize(3);
  }

  @Test
  void anEmptyFileIsAFile() throws IOException {
    Memory memory = new Memory(0);
    FileCache cache = new FileCache(new CacheDirectory(directory, PLENTY));
    assertThat(whole(cache, memory, Optional.of(memory.sha256()))).isEmpty();
  }

  @Test
  void aFullDiskIsSaidBeforeItIsFull() {
    CacheDirectory cache = new CacheDirectory(directory, Long.MAX_VALUE);
    assertThatThrownBy(() -> cache.reserve(1L << 60))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            ".*: 1\\.0 EiB are needed for the cache of remote files, .* are free; make room, or name"
                + " another directory by NEOX_CACHE");
  }

  @Test
  void itsPlaceAndBoundComeFromTheEnvironment() {
    assertThat(CacheDirectory.of(Map.of("NEOX_CACHE", "/big/cache")).root())
        .isEqualTo(Path.of("/big/cache"));
    assertThat(CacheDirectory.of(Map.of("XDG_CACHE_HOME", "/xdg")).root())
        .isEqualTo(Path.of("/xdg/neox"));
    assertThat(CacheDirectory.of(Map.of("HOME", "/home/me")).root())
        .isEqualTo(Path.of("/home/me/.cache/neox"));
    assertThatThrownBy(() -> CacheDirectory.of(Map.of("NEOX_CACHE_GB", "much")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "NEOX_CACHE_GB: expected how many gigabytes the cache may hold, such as 100, found"
                + " 'much'");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }
}
