package neox.train.optimizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

  /// The first parameter, in the network's order, whose gradient has an infinite or undefined
  /// element.
  public Optional<String> firstNotFinite() {
    return byKey.entrySet().stream()
        .filter(entry -> !Double.isFinite(entry.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
