package neox.train.optimizer;

import java.util.List;
import neox.config.OptimizerRule;
import neox.tensor.FusedOps;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// AdamW (arXiv:1711.05101): see [FusedOps#adamW], which does it in one pass.
record AdamWUpdate(OptimizerRule.Adam adam) implements UpdateRule {
  @Override
  public String name() {
    return "AdamW";
  }

  @Override
  public List<String> slots() {
    return List.of("exp_avg", "exp_avg_sq");
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    try (var _ = Scope.open()) {
      Tensor count = Placement.of(on.weights().get(0)).full((double) step);
      TensorVector counts = new TensorVector();
      for (int i = 0; i < on.size(); i++) {
        counts.push_back(count);
      }
      FusedOps.adamW(
          on.weights(),
          on.gradients(),
          on.slots().get(0),
          on.slots().get(1),
          counts,
          rate,
          adam.beta1(),
          adam.beta2(),
          decay,
          adam.epsilon());
    }
  }
}
