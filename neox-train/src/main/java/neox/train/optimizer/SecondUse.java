package neox.train.optimizer;

import neox.model.Parameter;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The gradient of a parameter that the layers of this stage use twice, from its second use: kept
/// apart until the micro-batches are added up, as it would be on another stage.
final class SecondUse implements AutoCloseable {
  private final Parameter parameter;
  private final Tensor arriving; // [elements], of the parameter's type
  private final Tensor sums; // [elements], float32
  private final TreeSums tree;

  SecondUse(Parameter parameter) {
    this.parameter = parameter;
    Tensor value = parameter.value();
    Placement placement = Placement.of(value);
    arriving = Scope.keep(placement.zeros(value.numel()));
    sums = Scope.keep(placement.as(ScalarType.Float).zeros(value.numel()));
    tree = new TreeSums(arriving, sums);
    parameter.collectSecond(arriving);
  }

  Parameter parameter() {
    return parameter;
  }

  TreeSums tree() {
    return tree;
  }

  /// The sum over all micro-batches, `[elements]`.
  Tensor sums() {
    return sums;
  }

  @Override
  public void close() {
    parameter.forgetSecond();
    tree.close();
    Scope.release(arriving);
    Scope.release(sums);
  }
}
