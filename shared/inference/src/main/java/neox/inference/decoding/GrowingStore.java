package neox.inference.decoding;

import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// Memory for what a block keeps of some texts, `[rows, heads, places, d]`, which grows in blocks
/// of places and is moved then. What was never written is 0. Mutable.
final class GrowingStore implements AutoCloseable {
  private static final long BLOCK = 64;

  private final Placement placement;
  private Tensor all;

  /// A store without rows.
  ///
  /// @param like `[any, heads, any, d]`
  GrowingStore(Placement placement, Tensor like) {
    this.placement = placement;
    try (var _ = Scope.open()) {
      this.all = Scope.keep(placement.zeros(0, like.size(1), 0, like.size(3)));
    }
  }

  /// A store without rows for what this one holds.
  GrowingStore another() {
    return new GrowingStore(placement, all);
  }

  /// Makes room for so many rows and places, and returns that of these rows: `[rows, heads, at
  /// least places, d]`. A view of what was returned before is out of date.
  ///
  /// @param limit places that are never exceeded
  Tensor reserve(long rows, long places, long limit) {
    if (rows > all.size(0) || places > all.size(2)) {
      grow(grown(rows, all.size(0), 1, Long.MAX_VALUE), grown(places, all.size(2), BLOCK, limit));
    }
    return all.narrow(0, 0, rows);
  }

  /// At least half as much again, so that texts of any length are moved a few times only.
  private static long grown(long wanted, long now, long block, long limit) {
    if (wanted <= now) {
      return now;
    }
    long more = Math.max(wanted, now + now / 2);
    return Math.min(limit, Math.ceilDiv(more, block) * block);
  }

  private void grow(long rows, long places) {
    try (var _ = Scope.open()) {
      Tensor larger = placement.zeros(rows, all.size(1), places, all.size(3));
      larger.narrow(0, 0, all.size(0)).narrow(2, 0, all.size(2)).copy_(all);
      close();
      all = Scope.keep(larger);
    }
  }

  /// Copies the first places of a row of another store to some rows of this one, where there is
  /// room for them.
  void copy(GrowingStore from, int row, int to, int copies, long places) {
    try (var _ = Scope.open()) {
      Tensor source = from.all.narrow(0, row, 1).narrow(2, 0, places);
      all.narrow(0, to, copies).narrow(2, 0, places).copy_(source);
    }
  }

  @Override
  public void close() {
    Scope.release(all);
  }
}
