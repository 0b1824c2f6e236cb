package neox.model.position;

import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// How far keys lie before queries.
public final class Distances {
  /// `i - j` for query i of `s` and key j of all, int64: `[s, t]`, or `[b, s, t]` where the slots
  /// of the queries differ from row to row. Negative for keys that come later.
  public static Tensor of(Places slots, long s, Placement placement) {
    long t = slots.end(s);
    return Scope.run(() -> {
      Tensor keys = placement.positions(0, t);
      return switch (slots) {
        case Places.From(long start) ->
            placement.positions(start, start + s).unsqueeze(1).sub(keys);
        case Places.Each(Tensor each, _) -> each.unsqueeze(2).sub(keys);
      };
    });
  }

  private Distances() {}
}
