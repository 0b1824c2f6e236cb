package neox.train.optimizer;

import java.util.List;
import neox.config.OptimizerRule;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Lion (arXiv:2302.06675 alg. 2), in the order of operations of GPT-NeoX:
///
///     p = p · (1 - lr·wd)
///     p = p - lr · sign(β₁m + (1-β₁)g)
///     m = β₂m + (1-β₂)g
record LionUpdate(OptimizerRule.Lion lion) implements UpdateRule {
  @Override
  public String name() {
    return "Lion";
  }

  @Override
  public List<Slot> slots(int dims) {
    return List.of(new Slot.Elements("exp_avg", 1));
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    for (int i = 0; i < on.size(); i++) {
      try (var _ = Scope.open()) { // one parameter at a time: the sign takes as much memory as it
        update(on.weights().get(i), on.gradients().get(i), on.slots().get(0).get(i), rate, decay);
      }
    }
  }

  private void update(Tensor p, Tensor g, Tensor m, double rate, double decay) {
    p.mul_(new Scalar(1 - rate * decay));
    Tensor direction = m.mul(new Scalar(lion.beta1()));
    direction.add_(g.mul(new Scalar(1 - lion.beta1()))).sign_();
    p.add_(direction, new Scalar(-rate));
    m.mul_(new Scalar(lion.beta2())).add_(g, new Scalar(1 - lion.beta2()));
  }
}
