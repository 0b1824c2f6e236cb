import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/// How fast threads read memory together: the best of some passes over 1 GiB, in GB/s. Each adds up
/// its own part with as many vectors at a time as hide the additions.
///
/// Usage: java --add-modules jdk.incubator.vector ReadBandwidth.java THREADS
class ReadBandwidth {
  private static final long BYTES = 1L << 30;
  private static final int PASSES = 30;
  private static final int ROWS = 4;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final MemorySegment MEMORY = Arena.global().allocate(BYTES, 4096);

  private static volatile long sink;

  public static void main(String[] args) throws InterruptedException {
    int threads = Integer.parseInt(args[0]);
    MEMORY.fill((byte) 1);
    double best = 0;
    for (int pass = 0; pass < PASSES; pass++) {
      long startedAtNanos = System.nanoTime();
      List<Thread> readers = new ArrayList<>();
      long part = BYTES / threads;
      for (int i = 0; i < threads; i++) {
        long from = i * part;
        readers.add(Thread.ofPlatform().start(() -> sink += sum(from, from + part)));
      }
      for (Thread reader : readers) {
        reader.join();
      }
      best = Math.max(best, BYTES / (double) (System.nanoTime() - startedAtNanos));
    }
    System.out.println(String.format(Locale.ROOT, "%.1f", best));
  }

  /// Reads pieces as a product reads the rows of a matrix: four runs side by side.
  private static long sum(long from, long to) {
    long total = 0;
    long row = 4096;
    for (long at = from; at + ROWS * row <= to; at += ROWS * row) {
      total += piece(at, row);
    }
    return total;
  }

  private static long piece(long at, long row) {
    var species = LongVector.SPECIES_PREFERRED;
    LongVector a = LongVector.zero(species);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    for (int i = 0; i < row; i += species.vectorByteSize()) {
      a = a.add(LongVector.fromMemorySegment(species, MEMORY, at + i, ORDER));
      b = b.add(LongVector.fromMemorySegment(species, MEMORY, at + row + i, ORDER));
      c = c.add(LongVector.fromMemorySegment(species, MEMORY, at + 2 * row + i, ORDER));
      d = d.add(LongVector.fromMemorySegment(species, MEMORY, at + 3 * row + i, ORDER));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
