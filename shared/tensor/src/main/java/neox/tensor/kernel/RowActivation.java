package neox.tensor.kernel;

import org.bytedeco.pytorch.Tensor;

/// A non-linearity over tensors in main memory, without a gradient, in float32. Each number's
/// result is the same bits wherever it stands.
///
/// @param gated whether the second half of each row is the argument, and the first half is
///   multiplied with the result
public record RowActivation(Kind kind, boolean gated) {
  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /// Numbers of which two threads are faster than one.
  private static final long SHARED = 1 << 14;

  /// Formulas.
  public enum Kind {
    /// `x Φ(x)` (arXiv:1606.08415)
    GELU,
    /// The same with Φ by a tanh.
    TANH_GELU,
    RELU,
    /// `x σ(x)`
    SILU,
    /// `x tanh(log(1 + e^x))` (arXiv:1908.08681)
    MISH,
    /// `x / (1 + |x|)`
    SOFTSIGN,
    SIGMOID,
    IDENTITY
  }

  private static final class Scratch {
    final Room x = new Room();
    final Room factor = new Room();
    final Room y = new Room();
    final Room last = new Room();
    final Room lastFactor = new Room();
  }

  /// Of x `[…, f]`, or of `[…, 2f]` if it is gated: `[…, f]`.
  public Tensor of(Tensor x) {
    Tensor given = x.contiguous();
    int read = Math.toIntExact(given.size(-1));
    int width = gated ? read / 2 : read;
    Tensor result = given.new_empty(sizes(given, width));
    int rows = Math.toIntExact(given.numel() / read);
    Numbers from = Numbers.of(given);
    Numbers to = Numbers.of(result);
    if (given.numel() < SHARED) {
      rows(from, read, to, width, 0, rows);
    } else {
      int part = Math.ceilDiv(rows, 4 * FewRows.threads());
      Workers.run(
          Math.ceilDiv(rows, part),
          i -> rows(from, read, to, width, i * part, Math.min(rows, (i + 1) * part)));
    }
    return result;
  }

  private static long[] sizes(Tensor x, long width) {
    long[] sizes = new long[Math.toIntExact(x.dim())];
    for (int dim = 0; dim < sizes.length - 1; dim++) {
      sizes[dim] = x.size(dim);
    }
    sizes[sizes.length - 1] = width;
    return sizes;
  }

  private void rows(Numbers x, int read, Numbers y, int width, int first, int end) {
    Scratch scratch = SCRATCH.get();
    for (int row = first; row < end; row++) {
      Numbers from = x.from((long) row * read);
      Numbers target = y.from((long) row * width);
      long to = target.target(width, scratch.y);
      if (gated) {
        long factor = from.wide(width, scratch.factor);
        compute(from.from(width).wide(width, scratch.x), factor, width, to, scratch);
      } else {
        compute(from.wide(width, scratch.x), 0, width, to, scratch);
      }
      target.store(width, to);
    }
  }

  /// @param factor the address of what is multiplied with, or 0
  private void compute(long x, long factor, int width, long y, Scratch scratch) {
    int end = Lanes.end(width);
    compute(x, factor, end, y);
    if (end < width) { // the last ones as a vector, so that they are computed like the others
      long rest = scratch.last.floats(Lanes.COUNT);
      Memory.copyFloats(x, end, width, rest);
      long by = 0;
      if (factor != 0) {
        by = scratch.lastFactor.floats(Lanes.COUNT);
        Memory.copyFloats(factor, end, width, by);
      }
      compute(rest, by, Lanes.COUNT, rest);
      for (int i = end; i < width; i++) {
        Memory.setFloat32(y, i, Memory.float32(rest, i - end));
      }
    }
  }

  private void compute(long x, long factor, int count, long y) {
    Activations.of(kind, x, count, y);
    if (factor != 0) {
      Activations.multiply(factor, count, y);
    }
  }
}
