package neox.train.optimizer;

import java.util.List;
import neox.config.OptimizerRule;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// MADGRAD (arXiv:2101.11075 alg. 1) with the decoupled decay of NeoX's `madgrad_wd`, at step t and
/// with η = lr + eps:
///
///     λ = η√t;  p = p · (1 - η·wd)
///     v = v + λg²;  s = s + λg
///     z = x₀ - s / (∛v + eps)
///     p = μp + (1-μ)z                     with x₀ the first weights
///
/// Without momentum p becomes z, and x₀ = p + s / (∛v + eps) is what it must have been before the
/// step, after the decay.
///
/// The step does not scale with the gradient, nor is it free of the gradient's scale: it grows with
/// its cubic root.
record MadgradUpdate(OptimizerRule.Madgrad madgrad) implements UpdateRule {
  private static final double CUBIC_ROOT = 1.0 / 3;

  @Override
  public String name() {
    return hasMomentum() ? "MADGRAD" : "MADGRAD without momentum";
  }

  private boolean hasMomentum() {
    return madgrad.momentum() != 0;
  }

  @Override
  public List<Slot> slots(int dims) {
    Slot squares = new Slot.Elements("grad_sum_sq", 2);
    Slot sum = new Slot.Elements("s", 1);
    return hasMomentum()
        ? List.of(squares, sum, new Slot.FirstWeights("x0"))
        : List.of(squares, sum);
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    double eta = rate + madgrad.epsilon();
    for (int i = 0; i < on.size(); i++) {
      try (var _ = Scope.open()) {
        on.weights().get(i).mul_(new Scalar(1 - eta * decay));
        update(on, i, eta * Math.sqrt((double) step));
      }
    }
  }

  private void update(Operands on, int i, double lambda) {
    List<TensorVector> slots = on.slots();
    Tensor p = on.weights().get(i);
    Tensor g = on.gradients().get(i);
    Tensor squares = slots.get(0).get(i);
    Tensor sum = slots.get(1).get(i);
    Tensor first = hasMomentum() ? slots.get(2).get(i) : p.add(sum.div(root(squares)));
    squares.addcmul_(g, g, new Scalar(lambda));
    sum.add_(g, new Scalar(lambda));
    Tensor z = first.sub(sum.div(root(squares)));
    if (hasMomentum()) {
      p.mul_(new Scalar(madgrad.momentum())).add_(z, new Scalar(1 - madgrad.momentum()));
    } else {
      p.copy_(z);
    }
  }

  private Tensor root(Tensor squares) {
    return squares.pow(new Scalar(CUBIC_ROOT)).add_(new Scalar(madgrad.epsilon()));
  }
}
