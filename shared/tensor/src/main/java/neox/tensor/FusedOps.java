package neox.tensor;

import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Operations on whole lists of tensors in one call each, as optimizers need them. Nothing happens
/// to an empty list.
///
/// All of them work in place under no autograd; call them inside a `NoGradGuard` when parameters
/// require gradients.
public final class FusedOps {
  /// What a step of Adam works on; the i-th tensors of all lists belong together.
  ///
  /// @param steps float32 scalars that hold t and *already count this step*: add 1 before the call,
  ///   as the state's owner. An infinite t leaves out the corrections for having begun at zero
  public record AdamState(
      TensorVector params,
      TensorVector grads,
      TensorVector expAvgs,
      TensorVector expAvgSqs,
      TensorVector steps) {}

  /// The numbers of a step of Adam.
  public record AdamNumbers(
      double lr, double beta1, double beta2, double weightDecay, double eps) {}

  /// One AdamW step (arXiv:1711.05101) on every parameter, in place:
  ///
  ///     m = β₁m + (1-β₁)g;  v = β₂v + (1-β₂)g²
  ///     p = p - lr·wd·p - lr · (m/(1-β₁ᵗ)) / (√(v/(1-β₂ᵗ)) + eps)
  public static void adamW(AdamState state, AdamNumbers numbers) {
    step(Handles.ADAMW, state, numbers);
  }

  /// The same with the decay of L2 regularization: g + wd·p takes the place of g.
  public static void adam(AdamState state, AdamNumbers numbers) {
    step(Handles.ADAM, state, numbers);
  }

  private static void step(Operator operator, AdamState state, AdamNumbers numbers) {
    if (state.params.empty()) {
      return;
    }
    try (var _ = Scope.open()) {
      IValueVector stack = Operator.arguments();
      stack.push_back(Operator.of(state.params));
      stack.push_back(Operator.of(state.grads));
      stack.push_back(Operator.of(state.expAvgs));
      stack.push_back(Operator.of(state.expAvgSqs));
      stack.push_back(Operator.of(new TensorVector())); // max_exp_avg_sqs: amsgrad only
      stack.push_back(Operator.of(state.steps));
      stack.push_back(Operator.of(numbers.lr));
      stack.push_back(Operator.of(numbers.beta1));
      stack.push_back(Operator.of(numbers.beta2));
      stack.push_back(Operator.of(numbers.weightDecay));
      stack.push_back(Operator.of(numbers.eps));
      stack.push_back(Operator.of(false)); // amsgrad
      stack.push_back(Operator.of(false)); // maximize
      stack.push_back(Operator.none()); // grad_scale
      stack.push_back(Operator.none()); // found_inf
      operator.call(stack);
    }
  }

  /// The Euclidean norm of each tensor, in float32, one number per tensor.
  public static float[] norms(TensorVector tensors) {
    return norms(tensors, 2);
  }

  /// The largest magnitude in each tensor; NaN where it holds one.
  public static float[] magnitudes(TensorVector tensors) {
    return norms(tensors, Double.POSITIVE_INFINITY);
  }

  private static float[] norms(TensorVector tensors, double order) {
    if (tensors.empty()) {
      return new float[0];
    }
    try (var _ = Scope.open()) {
      IValueVector stack = Operator.arguments();
      stack.push_back(Operator.of(tensors));
      stack.push_back(Operator.scalar(order));
      stack.push_back(Operator.none()); // dtype
      Handles.NORM.call(stack);
      return TensorData.floats(torch.stack(stack.get(0).toTensorVector())); // one copy, one wait
    }
  }

  /// Sets every element of every tensor to 0.
  public static void zero(TensorVector tensors) {
    if (tensors.empty()) {
      return;
    }
    try (var _ = Scope.open()) {
      IValueVector stack = Operator.arguments();
      stack.push_back(Operator.of(tensors));
      Handles.ZERO.call(stack);
    }
  }

  /// Multiplies every tensor by `factor`.
  public static void scale(TensorVector tensors, double factor) {
    inPlace(Handles.MUL_SCALAR, tensors, factor);
  }

  /// Adds `value` to every tensor, such as 1 to the step counters.
  public static void add(TensorVector tensors, double value) {
    inPlace(Handles.ADD_SCALAR, tensors, value);
  }

  /// `targets[i] += sources[i]`; the sources may have a narrower type.
  public static void addAll(TensorVector targets, TensorVector sources) {
    if (targets.empty()) {
      return;
    }
    try (var _ = Scope.open()) {
      IValueVector stack = Operator.arguments();
      stack.push_back(Operator.of(targets));
      stack.push_back(Operator.of(sources));
      stack.push_back(Operator.scalar(1));
      Handles.ADD_LIST.call(stack);
    }
  }

  /// `targets[i] = sources[i]`, converting the type.
  public static void copy(TensorVector targets, TensorVector sources) {
    if (targets.empty()) {
      return;
    }
    try (var _ = Scope.open()) {
      IValueVector stack = Operator.arguments();
      stack.push_back(Operator.of(targets));
      stack.push_back(Operator.of(sources));
      stack.push_back(Operator.of(false)); // non_blocking
      Handles.COPY.call(stack);
    }
  }

  private static void inPlace(Operator operator, TensorVector tensors, double value) {
    if (tensors.empty()) {
      return;
    }
    try (var _ = Scope.open()) {
      IValueVector stack = Operator.arguments();
      stack.push_back(Operator.of(tensors));
      stack.push_back(Operator.scalar(value));
      operator.call(stack);
    }
  }

  /// Found once, on first use; immutable.
  private static final class Handles {
    static final Operator ADAM = Operator.find("aten::_fused_adam_", "");
    static final Operator ADAMW = Operator.find("aten::_fused_adamw_", "");
    static final Operator NORM = Operator.find("aten::_foreach_norm", "Scalar");
    static final Operator ZERO = Operator.find("aten::_foreach_zero_", "");
    static final Operator MUL_SCALAR = Operator.find("aten::_foreach_mul_", "Scalar");
    static final Operator ADD_SCALAR = Operator.find("aten::_foreach_add_", "Scalar");
    static final Operator ADD_LIST = Operator.find("aten::_foreach_add_", "List");
    static final Operator COPY = Operator.find("aten::_foreach_copy_", "");
  }

  private FusedOps() {}
}
