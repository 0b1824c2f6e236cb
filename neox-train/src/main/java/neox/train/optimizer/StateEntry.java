package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import neox.weights.DType;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.ParameterSpec;

/// One tensor of the optimizer's state in a checkpoint: what is remembered of a whole parameter.
record StateEntry(ParameterSpec spec, String slot) {
  /// All that a checkpoint holds, in the order in which ranks gather it.
  static List<StateEntry> all(UpdateRule rule, Holdings holdings) {
    List<StateEntry> entries = new ArrayList<>();
    for (ParameterSpec spec : holdings.network()) {
      if (spec.trainable()) {
        rule.slots().forEach(slot -> entries.add(new StateEntry(spec, slot)));
        if (holdings.type(spec) != DType.FLOAT32) {
          entries.add(new StateEntry(spec, OptimizerStateFile.MASTER));
        }
      }
    }
    return entries;
  }

  String key() {
    return spec.key();
  }

  String name() {
    return OptimizerStateFile.name(key(), slot);
  }
}
