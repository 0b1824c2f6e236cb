package neox.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.model.position.Distances;
import neox.model.position.Places;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Makes the masks of a network. Of those for whole texts it keeps the largest asked for so far,
/// one for each width of a window. Not thread-safe.
final class AttentionMasks implements AutoCloseable {
  private final Placement placement;
  private final Map<OptionalInt, Tensor> largest = new HashMap<>(); // [size, size], true = hidden

  AttentionMasks(Placement placement) {
    this.placement = placement;
  }

  /// The mask of `s` queries; with segments, that of the longest of them.
  ///
  /// @param slots of the queries among the keys
  /// @param window how many keys before its own a query sees; empty: all
  AttentionMask of(Places slots, long s, Optional<Segments> segments, OptionalInt window) {
    long t = slots.end(s);
    if (segments.isPresent()) {
      requireAlone(s, t);
      return of(Places.fromStart(), segments.get().longest(), Optional.empty(), window);
    }
    boolean seesAll = window.isEmpty() || t <= window.getAsInt() + 1L;
    return switch (slots) {
      case Places.From _ when seesAll && s == 1 -> new AttentionMask.None();
      case Places.From(long start) when seesAll && start == 0 ->
          new AttentionMask.Causal(shared(t, OptionalInt.empty()));
      case Places.From(long start) when start == 0 -> new AttentionMask.Hidden(shared(t, window));
      case Places.From _, Places.Each _ -> new AttentionMask.Hidden(own(slots, s, window));
    };
  }

  private static void requireAlone(long s, long t) {
    if (s != t) {
      throw new IllegalStateException("segments of " + s + " tokens after others");
    }
  }

  /// `[t, t]`, true where key j comes after query i or lies out of its window.
  private Tensor shared(long t, OptionalInt window) {
    Tensor mask = largest.get(window);
    if (mask == null || mask.size(0) < t) {
      try (var _ = Scope.open()) {
        Tensor ones = placement.as(ScalarType.Bool).full(1, t, t);
        Tensor hidden = ones.triu(1);
        if (window.isPresent()) {
          hidden = hidden.logical_or(ones.tril(-window.getAsInt() - 1L));
        }
        mask = Scope.keep(hidden);
      }
      Tensor old = largest.put(window, mask);
      if (old != null) {
        Scope.release(old);
      }
    }
    return mask.narrow(0, 0, t).narrow(1, 0, t);
  }

  /// `[b, 1, s, t]`, or `[1, s, t]`, for queries that do not begin with the keys.
  private Tensor own(Places slots, long s, OptionalInt window) {
    Tensor distances = Distances.of(slots, s, placement);
    Tensor hidden = distances.lt(new Scalar(0));
    if (window.isPresent()) {
      hidden = hidden.logical_or(distances.gt(new Scalar(window.getAsInt())));
    }
    return hidden.unsqueeze(-3);
  }

  @Override
  public void close() {
    largest.values().forEach(Scope::release);
    largest.clear();
  }
}
