package neox.weights.neox;

import java.io.IOException;
import neox.weights.LazyTensor;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;

/// What an optimizer remembers, read from a checkpoint: whole parameters, whoever wrote them.
public sealed interface StoredOptimizer extends AutoCloseable
    permits OptimizerStateFile, DeepSpeedOptimizer {
  /// Optimizer steps taken, which the bias correction needs.
  long step();

  /// The float32 numbers of one slot of a whole parameter, or of its masters
  /// ([OptimizerStateFile#MASTER]); [neox.base.UserException] when they are not there.
  ///
  /// @param spec of a tensor like it: the parameter's own key and the slot's shape
  default TensorView view(ParameterSpec spec, String slot) {
    return tensor(spec, slot).view();
  }

  /// The same on its way.
  LazyTensor tensor(ParameterSpec spec, String slot);

  /// Whether it has the masters of a parameter.
  boolean hasMaster(ParameterSpec spec);

  /// Whether it leaves a parameter as it is.
  boolean isFrozen(ParameterSpec spec);

  @Override
  void close() throws IOException;
}
