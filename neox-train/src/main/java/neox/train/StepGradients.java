package neox.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.model.Parameter;
import neox.tensor.ElementType;
import neox.tensor.FusedOps;
import neox.tensor.Gradients;
import neox.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The gradients of one optimizer step in float32: sums over the micro-batches of what autograd
/// adds up.
///
/// The buffers live as long as this object and are the parameters' own `grad`, so memory stays flat
/// over the steps. Parameters of a narrower type get a second, narrow buffer that one micro-batch
/// fills and [#accumulate] empties: bfloat16 sums would lose small contributions.
///
/// Not thread-safe; buffers are overwritten by every step.
final class StepGradients implements AutoCloseable {
  private final List<Parameter> parameters;
  private final TensorVector arriving;
  private final TensorVector sums;
  private final boolean narrow;

  /// @param sums a vector of its own, even when it holds the same tensors as `arriving`
  private StepGradients(
      List<Parameter> parameters, TensorVector arriving, TensorVector sums, boolean narrow) {
    this.parameters = parameters;
    this.arriving = arriving;
    this.sums = sums;
    this.narrow = narrow;
  }

  /// Zero gradients for these parameters.
  static StepGradients of(List<Parameter> parameters) {
    try (var _ = Scope.open()) {
      TensorVector arriving = Scope.keep(new TensorVector());
      TensorVector sums = Scope.keep(new TensorVector());
      boolean narrow = false;
      for (Parameter parameter : parameters) {
        Tensor buffer = torch.zeros_like(parameter.value());
        parameter.value().mutable_grad().put(buffer);
        arriving.push_back(buffer);
        sums.push_back(buffer.to(ScalarType.Float)); // the same tensor when it is float32 already
        narrow |= ElementType.of(buffer) != ScalarType.Float;
      }
      return new StepGradients(List.copyOf(parameters), arriving, sums, narrow);
    }
  }

  /// The sum of one parameter, in the order of the parameters.
  Tensor sum(int parameter) {
    return sums.get(parameter);
  }

  /// Takes over what the backward pass of one micro-batch has left; call it after each.
  void accumulate() {
    if (narrow) {
      try (var _ = new NoGradGuard()) {
        FusedOps.addAll(sums, arriving);
        FusedOps.zero(arriving);
      }
    }
  }

  /// The Euclidean norm of each parameter's gradient.
  Map<String, Double> norms() {
    float[] norms = FusedOps.norms(sums);
    Map<String, Double> byKey = new LinkedHashMap<>();
    for (int i = 0; i < norms.length; i++) {
      byKey.put(parameters.get(i).spec().key(), (double) norms[i]);
    }
    return byKey;
  }

  /// Scales all gradients down so that their global norm is at most `limit` (arXiv:1211.5063); a
  /// limit of 0 means none.
  void clip(double norm, double limit) {
    double factor = clippingFactor(norm, limit);
    if (factor < 1) {
      try (var _ = new NoGradGuard()) {
        FusedOps.scale(sums, factor);
      }
    }
  }

  /// What [#clip] multiplies by; NeoX adds the same small number to the norm.
  static double clippingFactor(double norm, double limit) {
    return limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6));
  }

  /// The norm of all gradients together.
  static double globalNorm(Iterable<Double> norms) {
    double squares = 0;
    for (double norm : norms) {
      squares += norm * norm;
    }
    return Math.sqrt(squares);
  }

  /// Starts the next step.
  void clear() {
    try (var _ = new NoGradGuard()) {
      FusedOps.zero(sums);
    }
  }

  @Override
  public void close() {
    for (Parameter parameter : parameters) {
      Gradients.clear(parameter.value());
    }
    Scope.release(arriving);
    Scope.release(sums);
  }
}
