package neox.train.optimizer;

import java.util.List;
import neox.config.OptimizerRule;
import neox.tensor.FusedOps;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// Adam with either decay: see [FusedOps#adamW] and [FusedOps#adam], which do it in one pass.
///
/// @param inWholeVectors so that the bits do not depend on how parameters are cut
record AdamUpdate(OptimizerRule.Adam adam, boolean inWholeVectors) implements UpdateRule {
  /// One name for both decays, which remember the same; checkpoints have held it from the first.
  @Override
  public String name() {
    return "AdamW";
  }

  @Override
  public List<Slot> slots(int dims) {
    return List.of(new Slot.Elements("exp_avg", 1), new Slot.Elements("exp_avg_sq", 2));
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    if (!inWholeVectors || on.size() == 0) {
      updateAll(on, rate, decay, step);
      return;
    }
    try (var _ = Scope.open()) {
      WholeVectors vectors = WholeVectors.of(on);
      updateAll(vectors.operands(), rate, decay, step);
      vectors.putBack();
    }
  }

  private void updateAll(Operands on, double rate, double decay, long step) {
    try (var _ = Scope.open()) {
      var state =
          new FusedOps.AdamState(
              on.weights(),
              on.gradients(),
              on.slots().get(0),
              on.slots().get(1),
              counts(on, adam.correctsBias() ? step : Double.POSITIVE_INFINITY));
      var numbers =
          new FusedOps.AdamNumbers(rate, adam.beta1(), adam.beta2(), decay, adam.epsilon());
      switch (adam.decay()) {
        case DECOUPLED -> FusedOps.adamW(state, numbers);
        case L2 -> FusedOps.adam(state, numbers);
      }
    }
  }

  private static TensorVector counts(Operands on, double step) {
    Tensor count = Placement.of(on.weights().get(0)).full(step);
    TensorVector counts = new TensorVector();
    for (int i = 0; i < on.size(); i++) {
      counts.push_back(count);
    }
    return counts;
  }
}
