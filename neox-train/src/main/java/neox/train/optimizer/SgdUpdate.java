package neox.train.optimizer;

import java.util.List;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Stochastic gradient descent as torch has it, with heavy-ball momentum μ and the decay of L2
/// regularization:
///
///     d = g + wd·p
///     b = μb + d
///     p = p - lr · b
record SgdUpdate(double momentum) implements UpdateRule {
  @Override
  public String name() {
    return momentum == 0 ? "SGD without momentum" : "SGD";
  }

  @Override
  public List<Slot> slots(int dims) {
    return momentum == 0 ? List.of() : List.of(new Slot.Elements("momentum_buffer", 1));
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    for (int i = 0; i < on.size(); i++) {
      try (var _ = Scope.open()) {
        Tensor p = on.weights().get(i);
        Tensor direction = on.gradients().get(i).add(p, new Scalar(decay));
        if (momentum != 0) {
          direction = on.slots().get(0).get(i).mul_(new Scalar(momentum)).add_(direction);
        }
        p.add_(direction, new Scalar(-rate));
      }
    }
  }
}
