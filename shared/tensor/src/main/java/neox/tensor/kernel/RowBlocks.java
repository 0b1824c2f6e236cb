package neox.tensor.kernel;

import neox.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// libtorch's operations on a few rows of a matrix after the other: what one writes, the next finds
/// in the core's cache. Rows must not depend on each other.
public final class RowBlocks {
  /// Half of what a core's own cache holds nowadays.
  private static final long BYTES = 1 << 19;

  /// What is done with `count` rows from `from` on, without a graph.
  @FunctionalInterface
  public interface OfRows {
    void compute(long from, long count);
  }

  /// Has `body` take all rows, by several threads where there are any. Each operation has one.
  public static void each(Tensor matrix, OfRows body) {
    long rows = matrix.size(0);
    long atOnce =
        Math.clamp(BYTES / (matrix.size(1) * matrix.element_size()), 1, Math.max(1, rows));
    int blocks = Math.toIntExact(Math.ceilDiv(rows, atOnce));
    Workers.run(
        blocks,
        block -> {
          long from = block * atOnce;
          OpenMp.alone(() -> {
            try (var _ = Scope.open();
                var _ = new NoGradGuard()) {
              body.compute(from, Math.min(atOnce, rows - from));
            }
          });
        });
  }

  private RowBlocks() {}
}
