package neox.weights.spec;

import neox.config.model.InitMethod;

/// How a parameter gets its first values.
public sealed interface Initializer {
  /// All entries equal.
  record Constant(double value) implements Initializer {}

  /// Drawn evenly between `-bound` and `bound`.
  record Uniform(double bound) implements Initializer {}

  /// Drawn by one of NeoX's methods; `layers` and `hiddenSize` are the network's.
  ///
  /// @param factor multiplies what is drawn
  record Random(InitMethod method, double std, int layers, int hiddenSize, double factor)
      implements Initializer {
    public Random(InitMethod method, double std, int layers, int hiddenSize) {
      this(method, std, layers, hiddenSize, 1);
    }
  }
}
