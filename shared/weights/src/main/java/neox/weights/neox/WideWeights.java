package neox.weights.neox;

import neox.weights.LazyTensor;
import neox.weights.spec.ParameterSpec;

/// Float32 weights that a checkpoint holds beside those that its network computes with.
sealed interface WideWeights extends AutoCloseable permits MasterWeights, EmaWeights {
  /// Those of a parameter.
  ///
  /// @param stored the network's own, which are widened where there are no others
  LazyTensor tensor(ParameterSpec spec, LazyTensor stored);

  @Override
  void close();
}
