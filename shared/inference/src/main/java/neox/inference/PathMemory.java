package neox.inference;

import java.util.HashMap;
import java.util.Map;
import neox.model.AttentionHistory;
import neox.model.AttentionHistory.Kept;
import neox.model.TextPath;
import neox.model.position.Places;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of the text that is read now: as many places as the longest text so far has
/// needed. Mutable, not thread-safe.
final class PathMemory implements TextPath, AutoCloseable {
  private final Map<Store, Stored> stores = new HashMap<>();
  private final Placement placement;

  /// What one tensor holds.
  private record Store(int block, Kept kept) {}

  /// @param placement of the network
  PathMemory(Placement placement) {
    this.placement = placement.precise();
  }

  @Override
  public Tensor write(int block, Kept kept, long start, Tensor added, long read) {
    Stored stored =
        stores.computeIfAbsent(
            new Store(block, kept), _ -> new Stored(placement, added.size(0), added.size(2), kept));
    return stored.write(start, added, read);
  }

  /// The history of the first pass over a text, which is the beginning of all that follow: what a
  /// soft prompt is read with.
  AttentionHistory beginning() {
    return new Beginning(this);
  }

  private record Beginning(PathMemory memory) implements AttentionHistory {
    @Override
    public Places next(long tokens) {
      return Places.fromStart();
    }

    @Override
    public Tensor append(int block, Kept kept, Tensor added) {
      Tensor own = added.select(0, 0).to(memory.placement.type());
      memory.write(block, kept, 0, own, own.size(1));
      return added;
    }
  }

  @Override
  public void close() {
    stores.values().forEach(stored -> stored.owner.close());
    stores.clear();
  }

  /// One tensor, `[heads, places, d]`, or `[heads, d, places]` of keys.
  private static final class Stored {
    private final Placement placement;
    private final long heads;
    private final long width;
    private final int placesDim;
    private Owner owner = new Owner();
    private Tensor places;

    Stored(Placement placement, long heads, long width, Kept kept) {
      this.placement = placement;
      this.heads = heads;
      this.width = width;
      this.placesDim =
          switch (kept) {
            case KEYS -> 2;
            case VALUES, GATES -> 1;
          };
      this.places = allocate(owner, 0);
    }

    private Tensor allocate(Owner by, long count) {
      try (var _ = Scope.open()) {
        return by.keep(
            placesDim == 1
                ? placement.zeros(heads, count, width)
                : placement.zeros(heads, width, count));
      }
    }

    Tensor write(long start, Tensor added, long read) {
      long count = added.size(1);
      long end = start + count;
      if (read > places.size(placesDim)) {
        grow(Math.max(read, places.size(placesDim) * 3 / 2));
      }
      places.narrow(placesDim, start, count).copy_(placesDim == 1 ? added : added.transpose(1, 2));
      if (placesDim == 1 && read > end) {
        places.narrow(placesDim, end, read - end).zero_();
      }
      return places.narrow(placesDim, 0, read);
    }

    private void grow(long count) {
      Owner next = new Owner();
      Tensor larger = allocate(next, count);
      try (var _ = Scope.open()) {
        larger.narrow(placesDim, 0, places.size(placesDim)).copy_(places);
      }
      owner.close();
      owner = next;
      places = larger;
    }
  }
}
