package neox.weights;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import neox.base.Futures;
import org.jspecify.annotations.Nullable;

/// Copies tensors into files, one after the other, in memory that does not depend on their sizes.
///
/// Long ranges of files are copied by the kernel, for the calling thread: a file system lets one
/// thread at a time write to a file. Other threads meanwhile read what there are sums of, and
/// compare checksums, somewhat ahead. Bytes that change pass through buffers of [ByteSource#CHUNK],
/// several at once. Bytes that are made when their turn comes are made by the calling thread. Who
/// writes several files at once has each copied by its own thread ([Threads#CALLING]).
///
/// One thread's; close it before the files.
public final class TensorCopier implements AutoCloseable {
  private static final int FEWEST_THREADS = 2;
  static final int MOST_THREADS = 8;

  /// How far ahead checksums are compared: what was read for that is to be in the page cache still
  /// when it is copied.
  private static final long AHEAD = 1L << 28;

  /// Bytes of a tensor for which it pays to read them twice, by several threads.
  private static final long LARGE = 1L << 23;

  private static final ThreadFactory THREADS =
      Thread.ofPlatform().daemon().name("tensors-", 0).factory();
  private static final Future<?> NOTHING = CompletableFuture.completedFuture(Optional.empty());

  /// Who copies.
  public enum Threads {
    /// The calling one, and threads of the copier's own: together as many as there are processors.
    OWN,
    /// The one that calls.
    CALLING
  }

  private final List<LazyTensor> tensors;
  private final LongConsumer progress;
  private final Threads whose;

  /// Threads of a copier's own, beside the calling one.
  private final int helpers =
      Math.clamp(Runtime.getRuntime().availableProcessors(), FEWEST_THREADS, MOST_THREADS) - 1;

  private final Queue<Scratch> idle = new ConcurrentLinkedQueue<>();
  private final Queue<Scratch> all = new ConcurrentLinkedQueue<>();
  private final Deque<Future<?>> checks = new ArrayDeque<>();
  private @Nullable ExecutorService pool;
  private int next;
  private int checked;
  private long aheadBytes;

  private TensorCopier(List<NamedTensor> tensors, LongConsumer progress, Threads whose) {
    this.tensors = tensors.stream().map(NamedTensor::tensor).toList();
    this.progress = progress;
    this.whose = whose;
  }

  /// A copier that tells nobody how far it is.
  ///
  /// @param tensors in the order in which they are going to be copied
  public static TensorCopier of(List<NamedTensor> tensors) {
    return of(tensors, Threads.OWN);
  }

  /// A copier that tells nobody how far it is.
  ///
  /// @param tensors in the order in which they are going to be copied
  public static TensorCopier of(List<NamedTensor> tensors, Threads whose) {
    return new TensorCopier(tensors, bytes -> {}, whose);
  }

  /// A copier of some tensors.
  ///
  /// @param tensors in the order in which they are going to be copied
  /// @param progress is told how many bytes were copied since the last time
  public static TensorCopier of(List<NamedTensor> tensors, LongConsumer progress) {
    return new TensorCopier(tensors, progress, Threads.OWN);
  }

  /// The size of the next tensor.
  public long nextBytes() {
    return tensors.get(next).byteSize();
  }

  /// Copies the next tensor to the position of `out`; [neox.base.UserException] when it is damaged.
  public void copyNext(FileChannel out) throws IOException {
    copyNext(out, Optional.empty());
  }

  /// Copies the next tensor to the position of `out`, and gives the sums of its bytes there.
  public TensorSums copyNextWithSums(FileChannel out) throws IOException {
    TensorSums.Joined sums = new TensorSums.Joined();
    copyNext(out, Optional.of(sums));
    return sums.all();
  }

  private void copyNext(FileChannel out, Optional<TensorSums.Joined> sums) throws IOException {
    startChecks();
    ByteSource bytes = tensors.get(next).bytes().due();
    Future<?> check = checks.removeFirst();
    try {
      if (sums.isPresent() && isOfFiles(bytes)) {
        copyBesideSums(out, bytes, sums.get());
      } else if (sums.isPresent()) {
        copy(out, bytes, 0, bytes.byteSize(), sums);
      } else {
        bytes.forEachRun(
            0, bytes.byteSize(), (source, from, length) -> copyRun(out, source, from, length));
      }
    } finally {
      result(check); // of damaged bytes nothing else is worth telling
    }
    aheadBytes -= tensors.get(next).byteSize();
    next++;
  }

  private void startChecks() {
    while (checked < tensors.size() && (checked <= next || aheadBytes < AHEAD)) {
      LazyTensor tensor = tensors.get(checked++);
      aheadBytes += tensor.byteSize();
      checks.add(
          tensor.bytes().isChecked()
              ? submit(() -> {
                tensor.bytes().check();
                return Optional.empty();
              })
              : NOTHING);
    }
  }

  /// Whether bytes are nothing but long ranges of files.
  private static boolean isOfFiles(ByteSource bytes) throws IOException {
    boolean[] ranges = {bytes.byteSize() >= LARGE};
    bytes.forEachRun(
        0, bytes.byteSize(), (source, _, _) -> ranges[0] &= source instanceof FileRange);
    return ranges[0];
  }

  /// The calling thread lets the kernel copy; others meanwhile read the same for its sums.
  private void copyBesideSums(FileChannel out, ByteSource bytes, TensorSums.Joined sums)
      throws IOException {
    int chunks = Math.toIntExact(Math.ceilDiv(bytes.byteSize(), ByteSource.CHUNK));
    TensorSums.Part[] parts = new TensorSums.Part[chunks];
    List<Future<?>> running = new ArrayList<>();
    for (int helper = 0; helper < helpers; helper++) {
      int first = helper;
      running.add(
          submit(() -> {
            for (int i = first; i < chunks; i += helpers) {
              parts[i] = read(chunk(bytes, (long) i * ByteSource.CHUNK), TensorCopier::sums);
            }
            return Optional.empty();
          }));
    }
    bytes.forEachRun(
        0,
        bytes.byteSize(),
        (source, from, length) -> ((FileRange) source).copyTo(out, from, length, _ -> {}));
    for (Future<?> helper : running) {
      result(helper);
    }
    for (TensorSums.Part part : parts) {
      finished(part, Optional.of(sums));
    }
  }

  private static ByteSource chunk(ByteSource bytes, long from) {
    return bytes.slice(from, Math.min(ByteSource.CHUNK, bytes.byteSize() - from));
  }

  private void copyRun(FileChannel out, ByteSource source, long from, long length)
      throws IOException {
    if (source instanceof FileRange range) {
      range.copyTo(out, from, length, progress);
    } else {
      copy(out, source, from, length, Optional.empty());
    }
  }

  /// Chunk by chunk; the calling thread takes those for which no other has time.
  private void copy(
      FileChannel out, ByteSource source, long from, long length, Optional<TensorSums.Joined> sums)
      throws IOException {
    long start = out.position();
    boolean alone = length <= ByteSource.CHUNK || source instanceof InMemory;
    Deque<Future<TensorSums.Part>> running = new ArrayDeque<>();
    for (long at = 0; at < length; at += ByteSource.CHUNK) {
      ByteSource part = source.slice(from + at, Math.min(ByteSource.CHUNK, length - at));
      long position = start + at;
      Callable<TensorSums.Part> task = () -> copyChunk(out, position, part, sums.isPresent());
      boolean busy = running.stream().filter(each -> !each.isDone()).count() >= 2L * helpers;
      running.add(alone || busy ? done(task) : submit(task));
      while (!running.isEmpty() && (running.peek().isDone() || running.size() > 4 * helpers)) {
        finished(result(running.remove()), sums);
      }
    }
    for (Future<TensorSums.Part> chunk : running) {
      finished(result(chunk), sums);
    }
    out.position(start + length);
  }

  /// Reads a part and writes it at `position`.
  private TensorSums.Part copyChunk(
      FileChannel out, long position, ByteSource part, boolean withSums) throws IOException {
    return read(
        part,
        bytes -> {
          Segments.writeFully(out, Segments.buffer(bytes), position);
          return withSums ? sums(bytes) : new TensorSums.Part(bytes.byteSize(), 0, 0);
        });
  }

  /// What is done with bytes in memory.
  private interface InMemoryWork {
    TensorSums.Part of(MemorySegment bytes) throws IOException;
  }

  private TensorSums.Part read(ByteSource part, InMemoryWork work) throws IOException {
    if (part instanceof InMemory(MemorySegment bytes)) {
      return work.of(bytes);
    }
    Scratch scratch = scratch();
    try (Scratch.Lease lease = scratch.borrow(part.byteSize())) {
      part.read(0, lease.bytes(), scratch);
      return work.of(lease.bytes());
    } finally {
      idle.add(scratch);
    }
  }

  private static TensorSums.Part sums(MemorySegment bytes) {
    CRC32 crc = new CRC32();
    crc.update(Segments.buffer(bytes));
    return new TensorSums.Part(bytes.byteSize(), crc.getValue(), TensorDigest.piece(bytes));
  }

  private void finished(TensorSums.Part part, Optional<TensorSums.Joined> sums) {
    sums.ifPresent(joined -> joined.append(part));
    progress.accept(part.bytes());
  }

  private Scratch scratch() {
    Scratch used = idle.poll();
    if (used != null) {
      return used;
    }
    Scratch scratch = Scratch.movable();
    all.add(scratch);
    return scratch;
  }

  /// Has a task done by whoever copies.
  private <T> Future<T> submit(Callable<T> task) {
    return switch (whose) {
      case OWN -> pool().submit(task);
      case CALLING -> done(task);
    };
  }

  private static <T> Future<T> done(Callable<T> task) {
    FutureTask<T> done = new FutureTask<>(task);
    done.run();
    return done;
  }

  private ExecutorService pool() {
    ExecutorService running = pool;
    if (running == null) {
      running = Executors.newFixedThreadPool(helpers, THREADS);
      pool = running;
    }
    return running;
  }

  private static <T> T result(Future<T> future) throws IOException {
    try {
      return Futures.result(future);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while tensors were copied");
    }
  }

  /// How much memory the buffers have.
  long bufferBytes() {
    return all.stream().mapToLong(Scratch::allocatedBytes).sum();
  }

  /// Waits for what is still being copied, and frees the buffers.
  @Override
  public void close() {
    if (pool != null) {
      pool.close();
    }
    all.forEach(Scratch::close);
    all.clear();
    idle.clear();
  }
}
