package neox.train.optimizer;

import neox.weights.spec.ParameterSpec;

/// A run of elements of the piece of a parameter that this rank holds, in row-major order.
///
/// @param from the first element
/// @param to one past the last
public record Slice(ParameterSpec spec, long from, long to) {
  public Slice {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(spec.key() + " has no slice " + from + " to " + to);
    }
  }

  /// All elements of a piece.
  static Slice whole(ParameterSpec spec, long count) {
    return new Slice(spec, 0, count);
  }

  public long count() {
    return to - from;
  }

  String key() {
    return spec.key();
  }
}
