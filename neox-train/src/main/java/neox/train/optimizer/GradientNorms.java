package neox.train.optimizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Euclidean norms of the gradients of the whole network, the same on every rank.
///
/// @param byKey per parameter, in the network's order
public record GradientNorms(Map<String, Double> byKey) {
  public GradientNorms {
    byKey = Collections.unmodifiableMap(new LinkedHashMap<>(byKey));
  }

  /// The norm of all gradients together.
  public double global() {
    double squares = 0;
    for (double norm : byKey.values()) {
      squares += norm * norm;
    }
    return Math.sqrt(squares);
  }

  /// False when any gradient has an infinite or undefined element.
  public boolean areFinite() {
    return Double.isFinite(global());
  }
}
