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
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import neox.base.AtomicFile;
import neox.data.indexed.IndexedTokens;

/// Built orders, kept in `.neox-cache/` beside the data.
///
/// A file's name holds a hash of everything that its content depends on, the sizes of the documents
/// included, so a stale file is never found; it appears by rename, so a broken one is neither. The
/// files are what numpy would write. Deleting the directory is always safe.
final class IndexCache {
  private static final String DIRECTORY = ".neox-cache";
  private static final int HASH_BYTES = 12;

  private final Arena arena;
  private final Consumer<String> log;

  /// Arrays live as long as `arena`.
  IndexCache(Arena arena, Consumer<String> log) {
    this.arena = arena;
    this.log = log;
  }

  /// The order for a plan: from the cache, or built and cached, or (where nothing can be written)
  /// built in memory.
  SampleOrder open(IndexedTokens tokens, OrderPlan plan) {
    Path stem = stem(tokens, plan);
    try {
      Optional<SampleOrder> cached = read(stem, plan);
      if (cached.isPresent()) {
        return cached.get();
      }
    } catch (IOException | RuntimeException e) {
      log.accept(stem + ": cannot read the cached sample order, building it again: " + e);
    }
    try {
      Files.createDirectories(stem.getParent());
      return write(stem, tokens, plan);
    } catch (IOException e) {
      log.accept(stem.getParent() + ": cannot cache the sample order (" + e + "); kept in memory");
      return inMemory(tokens, plan);
    }
  }

  private Optional<SampleOrder> read(Path stem, OrderPlan plan) throws IOException {
    for (Path file : List.of(documents(stem), samples(stem), shuffle(stem))) {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
    }
    NpyFile documents = NpyFile.open(documents(stem), arena);
    NpyFile samples = NpyFile.open(samples(stem), arena);
    NpyFile shuffle = NpyFile.open(shuffle(stem), arena);
    boolean fits =
        documents.shape().equals(plan.documentSpec().shape())
            && samples.shape().equals(plan.sampleSpec().shape())
            && shuffle.shape().equals(plan.shuffleSpec().shape());
    if (!fits) {
      throw new IOException("unexpected shape");
    }
    return Optional.of(new SampleOrder(documents.values(), samples.values(), shuffle.values()));
  }

  private SampleOrder write(Path stem, IndexedTokens tokens, OrderPlan plan) throws IOException {
    try (AtomicFile documentFile = AtomicFile.create(documents(stem));
        AtomicFile sampleFile = AtomicFile.create(samples(stem));
        AtomicFile shuffleFile = AtomicFile.create(shuffle(stem))) {
      SampleOrder order =
          new SampleOrder(
              map(documentFile, plan.documentSpec()),
              map(sampleFile, plan.sampleSpec()),
              map(shuffleFile, plan.shuffleSpec()));
      build(order, tokens, plan);
      documentFile.commit();
      sampleFile.commit();
      shuffleFile.commit();
      return order;
    }
  }

  private IntegerArray map(AtomicFile file, OrderPlan.Spec spec) throws IOException {
    return NpyFile.create(file, spec.element(), spec.shape(), arena).values();
  }

  private void build(SampleOrder order, IndexedTokens tokens, OrderPlan plan) {
    BuildProgress progress = new BuildProgress(tokens.prefix().toString(), log);
    plan.build(order, tokens, progress);
    progress.done(order.shuffle().length());
  }

  private SampleOrder inMemory(IndexedTokens tokens, OrderPlan plan) {
    SampleOrder order =
        new SampleOrder(
            allocate(plan.documentSpec()),
            allocate(plan.sampleSpec()),
            allocate(plan.shuffleSpec()));
    build(order, tokens, plan);
    return order;
  }

  private IntegerArray allocate(OrderPlan.Spec spec) {
    return IntegerArray.allocate(spec.element(), spec.length(), arena);
  }

  private static Path documents(Path stem) {
    return stem.resolveSibling(stem.getFileName() + "_doc_idx.npy");
  }

  private static Path samples(Path stem) {
    return stem.resolveSibling(stem.getFileName() + "_sample_idx.npy");
  }

  private static Path shuffle(Path stem) {
    return stem.resolveSibling(stem.getFileName() + "_shuffle_idx.npy");
  }

  private static Path stem(IndexedTokens tokens, OrderPlan plan) {
    String name = tokens.prefix().getFileName() + "_" + fingerprint(tokens, plan);
    return tokens.prefix().toAbsolutePath().resolveSibling(DIRECTORY).resolve(name);
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
