package neox.tensor.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Y = X Wᵀ, where W is read from memory once, as it lies there.
///
/// Threads share W's rows in pieces; each number of Y is summed up by one of them in the one order
/// of [Dots], so that it depends on its rows of X and W alone: not on the number of threads, nor on
/// what else is computed with it.
///
/// @param x the address of the rows of X, float32
/// @param rows of X
/// @param y where Y goes
record MatrixProduct(Matrix w, long x, int rows, Target y) {
  /// What a thread takes at once: long enough that sharing costs little, short enough that all end
  /// together.
  private static final long BYTES_AT_ONCE = 1 << 17;

  /// Rows of X that are computed with a piece of W before the next are: they stay in a core's
  /// cache.
  private static final long BYTES_OF_X = 1 << 18;

  private static final long CACHE_LINE = 64;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /// Y `[rows of X, rows of W]`.
  ///
  /// @param bias the address of what is added to each column of Y, in Y's format; or [Matrix#NONE]
  record Target(NumberFormat format, long address, long bias) {}

  void compute() {
    int piece = rowsAtOnce();
    int pieces = Math.ceilDiv(w.rows(), piece);
    Workers.run(pieces, i -> compute(i * piece, Math.min(w.rows(), (i + 1) * piece)));
  }

  private int rowsAtOnce() {
    long most = Math.max(1, BYTES_AT_ONCE / (w.rowBytes() * Dots.ROWS));
    return (int) Math.min(most, Math.ceilDiv(w.rows(), Dots.ROWS)) * Dots.ROWS;
  }

  private void compute(int from, int to) {
    Scratch scratch = SCRATCH.get();
    if (rows == 1) {
      for (int row = from; row < to; row += Dots.ROWS) {
        single(w.fourFrom(row), 0, row, scratch);
      }
      return;
    }
    int atOnce = Math.clamp(BYTES_OF_X / (4L * w.columns()), 4, rows + 3) & -4;
    for (int first = 0; first < rows; first += atOnce) {
      int end = Math.min(rows, first + atOnce);
      for (int row = from; row < to; row += Dots.ROWS) {
        Dots.Rows wide = wide(w.fourFrom(row), scratch);
        int i = first;
        for (; Dots.HAS_FOUR && i + 3 < end; i += 4) {
          four(wide, i, row, scratch);
        }
        for (; i + 1 < end; i += 2) {
          pair(wide, i, row, scratch);
        }
        if (i < end) {
          single(wide, i, row, scratch);
        }
      }
    }
  }

  private void single(Dots.Rows four, int i, int row, Scratch scratch) {
    Dots.one(four, ofX(i), w.columns(), scratch.sums);
    store(i, row, scratch.sums, 0, Lanes.FOUR);
  }

  private void pair(Dots.Rows four, int i, int row, Scratch scratch) {
    Dots.two(four, ofX(i), ofX(i + 1), w.columns(), scratch.sums);
    store(i, row, scratch.sums, 0, Lanes.EIGHT);
    store(i + 1, row, scratch.sums, Dots.ROWS * Lanes.EIGHT, Lanes.EIGHT);
  }

  private void four(Dots.Rows four, int i, int row, Scratch scratch) {
    Dots.Four x = new Dots.Four(ofX(i), ofX(i + 1), ofX(i + 2), ofX(i + 3));
    Dots.four(four, x, w.columns(), scratch.sums);
    store(i, row, scratch.sums, 0, Lanes.EIGHT);
    store(i + 1, row, scratch.sums, Dots.ROWS * Lanes.EIGHT, Lanes.EIGHT);
    int behind = Dots.BEHIND_TWO;
    store(i + 2, row, scratch.sums, behind, Lanes.EIGHT);
    store(i + 3, row, scratch.sums, behind + Dots.ROWS * Lanes.EIGHT, Lanes.EIGHT);
  }

  private long ofX(int row) {
    return x + (long) row * w.columns() * Float.BYTES;
  }

  /// Writes four sums, of which the first is at `from`, `distance` apart.
  private void store(int i, int row, float[] sums, int from, int distance) {
    int count = Math.min(Dots.ROWS, w.rows() - row);
    if (w.scales() != Matrix.NONE) {
      for (int k = 0; k < count; k++) {
        sums[from + k * distance] *= Memory.float32(w.scales(), row + k);
      }
    }
    if (y.bias() != Matrix.NONE) {
      for (int k = 0; k < count; k++) {
        sums[from + k * distance] += Memory.get(y.format(), y.bias(), row + k);
      }
    }
    long first = (long) i * w.rows() + row;
    if (y.format() == NumberFormat.FLOAT32) {
      for (int k = 0; k < count; k++) {
        Memory.setFloat32(y.address(), first + k, sums[from + k * distance]);
      }
    } else {
      for (int k = 0; k < count; k++) {
        Memory.set(y.format(), y.address(), first + k, sums[from + k * distance]);
      }
    }
  }

  /// The same rows as float32.
  private Dots.Rows wide(Dots.Rows four, Scratch scratch) {
    if (four.format() == NumberFormat.FLOAT32) {
      return four;
    }
    long bytes = (long) w.columns() * Float.BYTES;
    long at = scratch.wide(Dots.ROWS * bytes);
    Dots.widen(four.format(), four.a(), w.columns(), at);
    Dots.widen(four.format(), four.b(), w.columns(), at + bytes);
    Dots.widen(four.format(), four.c(), w.columns(), at + 2 * bytes);
    Dots.widen(four.format(), four.d(), w.columns(), at + 3 * bytes);
    return new Dots.Rows(NumberFormat.FLOAT32, at, at + bytes, at + 2 * bytes, at + 3 * bytes);
  }

  /// What one thread computes in.
  private static final class Scratch {
    final float[] sums = Dots.sums();
    private MemorySegment wide = MemorySegment.NULL;

    /// The address of that many bytes, which hold anything.
    long wide(long bytes) {
      if (wide.byteSize() < bytes) {
        wide = Arena.ofAuto().allocate(bytes, CACHE_LINE);
      }
      return wide.address();
    }
  }
}
