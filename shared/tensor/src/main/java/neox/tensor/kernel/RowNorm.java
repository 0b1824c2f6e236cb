package neox.tensor.kernel;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// Norms of rows in main memory, without a gradient, each computed by itself in float32: a row's
/// result is the same bits whatever rows are beside it.
///
/// @param kind what is computed
/// @param scale `[width]`, or one number for all; or `[n, width]` for n rows by turns
/// @param shift `[width]`, where there is a scale like it
public record RowNorm(
    Kind kind, int width, double eps, Optional<Tensor> scale, Optional<Tensor> shift) {
  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /// Numbers of which two threads are faster than one.
  private static final long SHARED = 1 << 16;

  /// Formulas.
  public enum Kind {
    /// `(x - mean) / √(variance + eps) · scale + shift`
    LAYER,
    /// `x / √(mean(x²) + eps) · scale`
    RMS,
    /// `x / max(‖x‖, eps) · scale`
    LENGTH
  }

  private static final class Scratch {
    final Room x = new Room();
    final Room scale = new Room();
    final Room shift = new Room();
    final Room y = new Room();
    final float[] sums = Dots.sums();
  }

  /// The norms of x `[…]`, whose last dims together are a row.
  public Tensor of(Tensor x) {
    Tensor given = x.contiguous();
    Tensor result = given.new_empty(given.sizes());
    Numbers from = Numbers.of(given);
    Numbers to = Numbers.of(result);
    int rows = Math.toIntExact(given.numel() / width);
    Optional<Numbers> scales = scale.map(Numbers::of);
    boolean single = scale.isPresent() && scale.get().numel() == 1;
    Optional<Numbers> shifts = shift.map(Numbers::of);
    if (given.numel() < SHARED) {
      rows(from, to, 0, rows, scales, single, shifts);
    } else {
      int part = Math.ceilDiv(rows, 4 * FewRows.threads());
      Workers.run(
          Math.ceilDiv(rows, part),
          i -> rows(from, to, i * part, Math.min(rows, (i + 1) * part), scales, single, shifts));
    }
    return result;
  }

  private void rows(
      Numbers x,
      Numbers y,
      int first,
      int end,
      Optional<Numbers> scales,
      boolean single,
      Optional<Numbers> shifts) {
    Scratch scratch = SCRATCH.get();
    float factor = single ? Memory.get(scales.get().format(), scales.get().address(), 0) : 1;
    int turns = single || scales.isEmpty() ? 1 : Math.toIntExact(scale.get().numel() / width);
    long w = single || scales.isEmpty() ? 0 : scales.get().wide(turns * width, scratch.scale);
    long b = shifts.isEmpty() ? 0 : shifts.get().wide(width, scratch.shift);
    for (int row = first; row < end; row++) {
      long from = x.from((long) row * width).wide(width, scratch.x);
      Numbers target = y.from((long) row * width);
      long to = target.target(width, scratch.y);
      long own = w == 0 ? 0 : w + (long) (row % turns) * width * Float.BYTES;
      row(from, to, factor, own, b, scratch.sums);
      target.store(width, to);
    }
  }

  /// @param w the address of scales, or 0
  /// @param b the address of shifts, or 0
  private void row(long x, long y, float factor, long w, long b, float[] sums) {
    float mean = kind == Kind.LAYER ? NormLoops.sum(x, width, sums) / width : 0;
    float squares = NormLoops.squares(x, width, mean, sums);
    double divisor =
        switch (kind) {
          case LAYER, RMS -> Math.sqrt((double) (squares / width) + eps);
          case LENGTH -> Math.max(Math.sqrt((double) squares), eps);
        };
    NormLoops.write(x, width, mean, (float) (factor / divisor), w, b, y);
  }
}
