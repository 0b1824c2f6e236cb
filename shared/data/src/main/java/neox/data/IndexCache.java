package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import neox.base.AtomicFile;

/// Built orders, kept in `.neox-cache/` beside the data.
///
/// A file's name holds a hash of everything that its content depends on, the sizes of the documents
/// included, so a stale file is never found; it appears by rename, so a broken one is neither. The
/// files are what numpy would write. Deleting the directory is always safe.
final class IndexCache {
  private static final String DIRECTORY = ".neox-cache";
  private static final String ORDER_VERSION = "packed-1";
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
  PackedIndex open(IndexedTokens tokens, PackedPlan plan) {
    Path stem = stem(tokens, plan);
    try {
      Optional<PackedIndex> cached = read(stem, plan);
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

  private Optional<PackedIndex> read(Path stem, PackedPlan plan) throws IOException {
    for (Path file : List.of(documents(stem), samples(stem), shuffle(stem))) {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
    }
    NpyFile documents = NpyFile.open(documents(stem), arena);
    NpyFile samples = NpyFile.open(samples(stem), arena);
    NpyFile shuffle = NpyFile.open(shuffle(stem), arena);
    boolean fits =
        documents.shape().equals(plan.documentShape())
            && samples.shape().equals(plan.sampleShape())
            && shuffle.shape().equals(plan.shuffleShape());
    if (!fits) {
      throw new IOException("unexpected shape");
    }
    return Optional.of(new PackedIndex(documents.values(), samples.values(), shuffle.values()));
  }

  private PackedIndex write(Path stem, IndexedTokens tokens, PackedPlan plan) throws IOException {
    try (AtomicFile documentFile = AtomicFile.create(documents(stem));
        AtomicFile sampleFile = AtomicFile.create(samples(stem));
        AtomicFile shuffleFile = AtomicFile.create(shuffle(stem))) {
      PackedIndex index =
          new PackedIndex(
              map(documentFile, IntegerArray.Element.INT32, plan.documentShape()),
              map(sampleFile, plan.sampleElement(), plan.sampleShape()),
              map(shuffleFile, plan.shuffleElement(), plan.shuffleShape()));
      index.build(plan, tokens);
      documentFile.commit();
      sampleFile.commit();
      shuffleFile.commit();
      return index;
    }
  }

  private IntegerArray map(AtomicFile file, IntegerArray.Element element, List<Long> shape)
      throws IOException {
    return NpyFile.create(file, element, shape, arena).values();
  }

  private PackedIndex inMemory(IndexedTokens tokens, PackedPlan plan) {
    PackedIndex index =
        new PackedIndex(
            IntegerArray.allocate(IntegerArray.Element.INT32, plan.documents(), arena),
            IntegerArray.allocate(plan.sampleElement(), 2 * (plan.cuts() + 1), arena),
            IntegerArray.allocate(plan.shuffleElement(), plan.cuts(), arena));
    index.build(plan, tokens);
    return index;
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

  private static Path stem(IndexedTokens tokens, PackedPlan plan) {
    String name = tokens.prefix().getFileName() + "_" + fingerprint(tokens, plan);
    return tokens.prefix().toAbsolutePath().resolveSibling(DIRECTORY).resolve(name);
  }

  /// A hash of the plan and of the size of every document: what the order is a function of. The
  /// requested number of samples counts through the epochs alone.
  static String fingerprint(IndexedTokens tokens, PackedPlan plan) {
    MessageDigest digest = sha256();
    digest.update((ORDER_VERSION + " " + plan).getBytes(StandardCharsets.UTF_8));
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
