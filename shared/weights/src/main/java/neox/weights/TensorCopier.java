package neox.weights;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import neox.base.AtomicFile;
import org.jspecify.annotations.Nullable;

/// Copies tensors into files, one after the other, in memory that does not depend on their sizes.
///
/// Long ranges of files are copied by the kernel. Bytes that change pass through buffers of
/// [ByteSource#CHUNK], several at once; meanwhile checksums are compared, somewhat ahead. Bytes
/// that are made when their turn comes are made by the calling thread. One thread's; close it
/// before the files.
public final class TensorCopier implements AutoCloseable {
  private static final int FEWEST_THREADS = 2;
  static final int MOST_THREADS = 8;

  /// How far ahead checksums are compared: what was read for that is to be in the page cache still
  /// when it is copied.
  private static final long AHEAD = 1L << 28;

  /// Bytes that the kernel copies at a time, where several threads ask for it.
  private static final long KERNEL_PIECE = 1L << 22;

  private static final ThreadFactory THREADS =
      Thread.ofPlatform().daemon().name("tensors-", 0).factory();
  private static final Future<?> NOTHING = CompletableFuture.completedFuture(Optional.empty());

  private final List<LazyTensor> tensors;
  private final LongConsumer progress;
  private final int threads =
      Math.clamp(Runtime.getRuntime().availableProcessors(), FEWEST_THREADS, MOST_THREADS);
  private final Queue<FileChannel> channels = new ConcurrentLinkedQueue<>();
  private final Queue<Scratch> idle = new ConcurrentLinkedQueue<>();
  private final Queue<Scratch> all = new ConcurrentLinkedQueue<>();
  private final Deque<Future<?>> checks = new ArrayDeque<>();
  private @Nullable ExecutorService pool;
  private Optional<AtomicFile> file = Optional.empty();
  private int next;
  private int checked;
  private long aheadBytes;

  private TensorCopier(List<LazyTensor> tensors, LongConsumer progress) {
    this.tensors = List.copyOf(tensors);
    this.progress = progress;
  }

  /// A copier that tells nobody how far it is.
  ///
  /// @param tensors in the order in which they are going to be copied
  public static TensorCopier of(List<NamedTensor> tensors) {
    return of(tensors, bytes -> {});
  }

  /// A copier of some tensors.
  ///
  /// @param tensors in the order in which they are going to be copied
  /// @param progress is told how many bytes were copied since the last time
  public static TensorCopier of(List<NamedTensor> tensors, LongConsumer progress) {
    return new TensorCopier(tensors.stream().map(NamedTensor::tensor).toList(), progress);
  }

  /// The size of the next tensor.
  public long nextBytes() {
    return tensors.get(next).byteSize();
  }

  /// Copies the next tensor to the position of the channel of `out`, always the same file;
  /// [neox.base.UserException] when it is damaged.
  public void copyNext(AtomicFile out) throws IOException {
    file = Optional.of(out);
    copyNext(out.channel());
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
      if (sums.isPresent()) {
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
              ? pool()
                  .submit(() -> {
                    tensor.bytes().check();
                    return Optional.empty();
                  })
              : NOTHING);
    }
  }

  private void copyRun(FileChannel out, ByteSource source, long from, long length)
      throws IOException {
    if (!(source instanceof FileRange range)) {
      copy(out, source, from, length, Optional.empty());
    } else if (file.isPresent() && length >= 2 * KERNEL_PIECE) {
      copyByKernel(out, range, from, length);
    } else {
      range.copyTo(out, from, length, progress);
    }
  }

  /// Several pieces at once: the kernel copies on the thread that asks for it.
  private void copyByKernel(FileChannel out, FileRange range, long from, long length)
      throws IOException {
    long start = out.position();
    List<Future<Long>> running = new ArrayList<>();
    for (long at = 0; at < length; at += KERNEL_PIECE) {
      long offset = at;
      long piece = Math.min(KERNEL_PIECE, length - at);
      running.add(pool().submit(() -> copyPiece(range, from + offset, piece, start + offset)));
    }
    for (Future<Long> piece : running) {
      progress.accept(result(piece));
    }
    out.position(start + length);
  }

  private long copyPiece(FileRange range, long from, long length, long position)
      throws IOException {
    FileChannel used = channels.poll();
    FileChannel channel = used == null ? file.orElseThrow().openAnother() : used;
    try {
      range.copyTo(channel.position(position), from, length, bytes -> {});
    } finally {
      channels.add(channel);
    }
    return length;
  }

  private void copy(
      FileChannel out, ByteSource source, long from, long length, Optional<TensorSums.Joined> sums)
      throws IOException {
    long start = out.position();
    Deque<Future<TensorSums.Part>> running = new ArrayDeque<>();
    for (long at = 0; at < length; at += ByteSource.CHUNK) {
      ByteSource part = source.slice(from + at, Math.min(ByteSource.CHUNK, length - at));
      long position = start + at;
      if (length <= ByteSource.CHUNK || source instanceof InMemory) {
        finished(copyChunk(out, position, part, sums.isPresent()), sums);
        continue;
      }
      if (running.size() == 2 * threads) {
        finished(result(running.removeFirst()), sums);
      }
      running.add(pool().submit(() -> copyChunk(out, position, part, sums.isPresent())));
    }
    for (Future<TensorSums.Part> chunk : running) {
      finished(result(chunk), sums);
    }
    out.position(start + length);
  }

  /// Reads a part and writes it at `position`.
  private TensorSums.Part copyChunk(
      FileChannel out, long position, ByteSource part, boolean withSums) throws IOException {
    if (part instanceof InMemory(MemorySegment bytes)) {
      return write(out, position, bytes, withSums);
    }
    Scratch scratch = scratch();
    try (Scratch.Lease lease = scratch.borrow(part.byteSize())) {
      part.read(0, lease.bytes(), scratch);
      return write(out, position, lease.bytes(), withSums);
    } finally {
      idle.add(scratch);
    }
  }

  private static TensorSums.Part write(
      FileChannel out, long position, MemorySegment bytes, boolean withSums) throws IOException {
    ByteBuffer buffer = Segments.buffer(bytes);
    CRC32 crc = new CRC32();
    if (withSums) {
      crc.update(buffer.duplicate());
    }
    Segments.writeFully(out, buffer, position);
    return new TensorSums.Part(
        bytes.byteSize(), crc.getValue(), withSums ? TensorDigest.piece(bytes) : 0);
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

  private ExecutorService pool() {
    ExecutorService running = pool;
    if (running == null) {
      running = Executors.newFixedThreadPool(threads, THREADS);
      pool = running;
    }
    return running;
  }

  private static <T> T result(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while tensors were copied");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /// How much memory the buffers have.
  long bufferBytes() {
    return all.stream().mapToLong(Scratch::allocatedBytes).sum();
  }

  /// Waits for what is still being copied, and frees the buffers.
  @Override
  public void close() throws IOException {
    if (pool != null) {
      pool.close();
    }
    for (FileChannel channel : channels) {
      channel.close();
    }
    channels.clear();
    all.forEach(Scratch::close);
    all.clear();
    idle.clear();
  }
}
