package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import neox.base.Addresses;
import neox.base.AtomicDirectory;
import neox.base.Environment;
import neox.base.LocalCache;
import neox.base.Tool;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;

/// Built orders, kept in `.neox-cache/` beside the data; of data in a store, in the cache of this
/// machine.
///
/// A file's name holds a hash of everything that its content depends on, the sizes of the documents
/// included, so a stale file is never found; it appears by rename, and is used only if it agrees
/// with its checksum ([OrderFiles]), so a broken one is neither. Deleting the directory is always
/// safe.
final class IndexCache {
  private static final String DIRECTORY = ".neox-cache";
  private static final int HASH_BYTES = 12;

  private final Arena arena;
  private final OrderLog log;

  /// Arrays live as long as `arena`.
  IndexCache(Arena arena, OrderLog log) {
    this.arena = arena;
    this.log = log;
  }

  /// The order for a plan: from the cache, or built and cached, or (where nothing can be written)
  /// built in memory.
  SampleOrder open(IndexedTokens tokens, OrderPlan plan) {
    OrderFiles files = new OrderFiles(stem(tokens, plan));
    try {
      Optional<SampleOrder> cached = files.read(plan, arena);
      if (cached.isPresent()) {
        return cached.get();
      }
    } catch (IOException e) {
      log.warn(files.stem() + ": cannot read the cached sample order: " + e + "; built again");
    } catch (UserException e) {
      log.warn(e.getMessage() + ": damaged, and built again");
    }
    Path directory = AtomicDirectory.parentOf(files.stem());
    try {
      Files.createDirectories(directory);
      requireSpace(directory, OrderFiles.bytes(plan));
      return files.write(plan, order -> build(order, tokens, plan), arena);
    } catch (IOException e) {
      log.warn(
          directory + ": cannot cache the sample order (" + Tool.describe(e) + "); kept in memory");
      return inMemory(tokens, plan);
    }
  }

  private static void requireSpace(Path directory, long bytes) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < bytes) {
      throw new IOException(
          String.format(Locale.ROOT, "it needs %,d bytes, %,d are free", bytes, free));
    }
  }

  private void build(SampleOrder order, IndexedTokens tokens, OrderPlan plan) {
    BuildProgress progress = new BuildProgress(tokens.prefix().toString(), log);
    plan.build(order, tokens, progress);
    progress.done(order.shuffle().length());
  }

  private SampleOrder inMemory(IndexedTokens tokens, OrderPlan plan) {
    SampleOrder order = SampleOrder.allocate(plan, arena);
    build(order, tokens, plan);
    return order;
  }

  /// Beside the data, or on this machine where those lie in a store.
  private static Path stem(IndexedTokens tokens, OrderPlan plan) {
    Path prefix = tokens.prefix();
    String name = prefix.getFileName() + "_" + fingerprint(tokens, plan);
    return Addresses.isAddress(prefix)
        ? LocalCache.directory(Environment.all()).resolve("orders").resolve(name)
        : prefix.toAbsolutePath().resolveSibling(DIRECTORY).resolve(name);
  }

  /// A hash of the plan and of the size of every document: what the order is a function of. The
  /// requested number of samples counts through the epochs alone.
  static String fingerprint(IndexedTokens tokens, OrderPlan plan) {
    MessageDigest digest = sha256();
    plan.addTo(digest);
    MemorySegment sizes = tokens.rawSizes(plan.items());
    long step = 1L << 30; // a ByteBuffer ends at 2 GiB
    for (long at = 0; at < sizes.byteSize(); at += step) {
      ByteBuffer part = sizes.asSlice(at, Math.min(step, sizes.byteSize() - at)).asByteBuffer();
      digest.update(part);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
