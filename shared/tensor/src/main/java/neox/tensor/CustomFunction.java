package neox.tensor;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/// An autograd function whose backward is written in Java, as `torch.autograd.Function` is in
/// Python: for what autograd cannot differentiate (communication), or would differentiate with too
/// much memory (recomputation, fused losses).
///
///     Tensor value;
///     try (var _ = new NoGradGuard()) {
///       value = x.mul(x);
///     }
///     Tensor y = CustomFunction.apply(value, List.of(x), List.of(x),
///         (gradient, saved) -> List.of(Optional.of(gradient.mul(saved.getFirst()).mul(two))));
///
/// It can be used wherever an operation can: on leaves and on results, with inputs that need no
/// gradient, several times in one graph, and around other graphs: a backward may itself run one.
/// One backward pass per call; gradients of gradients are not supported.
public final class CustomFunction {
  /// From the gradient of the output to the gradients of the inputs.
  @FunctionalInterface
  public interface Backward {
    /// Runs without a graph, unless it opens an `AutoGradMode(true)` itself, and in a [Scope] of
    /// its own. What it catches of the surrounding code's tensors may be long freed when it runs,
    /// so it is given those that it needs.
    ///
    /// @param gradient of the output. Others may read it too: change a copy
    /// @param saved the tensors given to [#apply], in that order
    /// @return one entry per input, in order and of the input's shape; empty where there is none
    List<Optional<Tensor>> gradients(Tensor gradient, List<Tensor> saved);
  }

  /// Gives `value` a backward.
  ///
  /// @param value the output, computed without a graph. The result shares its memory
  /// @param inputs what the output depends on
  /// @param saved tensors for the backward; they live until it has run or the graph is dropped
  /// @return `value` itself when no gradient can be asked for
  public static Tensor apply(
      Tensor value, List<Tensor> inputs, List<Tensor> saved, Backward backward) {
    if (!GradMode.is_enabled() || inputs.stream().noneMatch(Tensor::requires_grad)) {
      return value;
    }
    return Scope.run(() -> FunctionCall.attach(value, inputs, saved, backward));
  }

  /// A function of one input that saves nothing.
  public static Tensor apply(Tensor value, Tensor input, UnaryOperator<Tensor> backward) {
    return apply(
        value,
        List.of(input),
        List.of(),
        (gradient, _) -> List.of(Optional.of(backward.apply(gradient))));
  }

  /// Runs a backward pass. What a [Backward] throws arrives as itself; without this it arrives, as
  /// everything that crosses C++, as a [RuntimeException] whose message is the exception's text.
  public static void run(Runnable backwardPass) {
    HookThread here = HookThread.current();
    here.forget();
    try {
      backwardPass.run();
    } catch (RuntimeException e) {
      throw here.failure().orElse(e);
    } finally {
      here.forget();
    }
  }

  private CustomFunction() {}
}
