package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.neox.EmaFile;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Share;

/// One tensor of the optimizer's state in a checkpoint: what is remembered of a whole parameter.
///
/// @param spec of a tensor like it: the parameter's own, or one with the slot's shape
/// @param degree how it grows with the gradients, see [Slot#degree]
record StateEntry(ParameterSpec spec, String slot, int degree) {
  /// All that a checkpoint holds, in the order in which ranks gather it.
  static List<StateEntry> all(UpdateRule rule, Holdings holdings) {
    List<StateEntry> entries = new ArrayList<>();
    for (ParameterSpec spec : holdings.network()) {
      if (spec.trainable()) {
        rule.of(spec).slots(spec.shape().rank()).forEach(slot -> entries.add(of(spec, slot)));
        if (holdings.type(spec) != DType.FLOAT32) {
          entries.add(new StateEntry(spec, OptimizerStateFile.MASTER, 0));
        }
      }
    }
    return entries;
  }

  private static StateEntry of(ParameterSpec spec, Slot slot) {
    return switch (slot) {
      case Slot.Elements _, Slot.FirstWeights _ -> new StateEntry(spec, slot.name(), slot.degree());
      case Slot.Indices indices ->
          new StateEntry(
              new ParameterSpec(
                  spec.homes(),
                  Shape.of(spec.shape().size(indices.dim())),
                  spec.initializer(),
                  shareAlong(spec, indices.dim()),
                  spec.group(),
                  spec.trainable()),
              slot.name(),
              slot.degree());
    };
  }

  /// How ranks share what there is one of for each index of a dim.
  private static Share shareAlong(ParameterSpec spec, int dim) {
    return spec.share() instanceof Share.Split split && split.dim() == dim
        ? new Share.Split(0, split.sections())
        : Share.SAME;
  }

  String key() {
    return spec.key();
  }

  /// Whether it is of the average of the weights, which has a file of its own.
  boolean isAverage() {
    return slot.equals(EmaFile.SLOT);
  }

  String name() {
    return OptimizerStateFile.name(key(), slot);
  }
}
