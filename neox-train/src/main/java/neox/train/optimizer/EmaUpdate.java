package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import neox.config.EmaConfig;
import neox.tensor.FusedOps;
import neox.tensor.Scope;
import neox.weights.neox.EmaFile;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// A rule, and the exponential moving average of the weights that it makes. The average is one slot
/// more: what cuts, gathers and saves slots does so with it.
record EmaUpdate(UpdateRule rule, EmaConfig ema) implements UpdateRule {
  /// The rule's own name: it is what the optimizer's state is named after.
  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public List<Slot> slots(int dims) {
    List<Slot> slots = new ArrayList<>(rule.slots(dims));
    slots.add(new Slot.FirstWeights(EmaFile.SLOT));
    return slots;
  }

  @Override
  public UpdateRule of(ParameterSpec spec) {
    return new EmaUpdate(rule.of(spec), ema);
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    List<TensorVector> slots = on.slots().subList(0, on.slots().size() - 1);
    rule.update(new Operands(on.pieces(), on.weights(), on.gradients(), slots), rate, decay, step);
    TensorVector average = on.slots().getLast();
    if (ema.isBefore(step)) {
      FusedOps.copy(average, on.weights());
    } else if (ema.isDue(step)) {
      approach(average, on.weights(), 1 - ema.decayAt(step));
    }
  }

  /// a = a + share · (w - a). In three operations that each round once: fused ones round vectors
  /// otherwise than what is left of a slice behind the last whole vector.
  private static void approach(TensorVector average, TensorVector weights, double share) {
    Scalar factor = new Scalar(share);
    for (long i = 0; i < average.size(); i++) {
      try (var _ = Scope.open()) {
        Tensor difference = weights.get(i).sub(average.get(i));
        average.get(i).add_(difference.mul_(factor));
      }
    }
  }
}
