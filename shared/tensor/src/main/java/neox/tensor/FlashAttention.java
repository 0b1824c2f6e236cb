package neox.tensor;

import java.util.List;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;

/// Causal attention on a CPU without the scores ever being in memory (arXiv:2205.14135): what
/// `scaled_dot_product_attention` does there, as its two halves. No gradient comes of either.
///
/// Shapes: b batch, n heads, s tokens, d head dim.
public final class FlashAttention {
  private static final double NO_DROPOUT = 0;
  private static final boolean CAUSAL = true;

  /// What [#forward] gives.
  ///
  /// @param output `[b, n, s, d]`; its memory is `[b, s, n, d]`
  /// @param logNormalizers of the softmax, for [#backward]
  public record Result(Tensor output, Tensor logNormalizers) {}

  /// `softmax(q kᵀ / √d) v`, each query with the keys up to its own place.
  ///
  /// @param q `[b, n, s, d]`, as k and v
  public static Result forward(Tensor q, Tensor k, Tensor v) {
    IValueVector stack = Operator.arguments();
    stack.push_back(Operator.of(q));
    stack.push_back(Operator.of(k));
    stack.push_back(Operator.of(v));
    stack.push_back(Operator.of(NO_DROPOUT));
    stack.push_back(Operator.of(CAUSAL));
    stack.push_back(Operator.none()); // attn_mask
    stack.push_back(Operator.none()); // scale
    Handles.FORWARD.call(stack);
    return new Result(stack.get(0).toTensor(), stack.get(1).toTensor());
  }

  /// The gradients of q, k and v.
  ///
  /// @param gradient of the output
  public static List<Tensor> backward(
      Tensor gradient, Tensor q, Tensor k, Tensor v, Result result) {
    IValueVector stack = Operator.arguments();
    stack.push_back(Operator.of(gradient));
    stack.push_back(Operator.of(q));
    stack.push_back(Operator.of(k));
    stack.push_back(Operator.of(v));
    stack.push_back(Operator.of(result.output()));
    stack.push_back(Operator.of(result.logNormalizers()));
    stack.push_back(Operator.of(NO_DROPOUT));
    stack.push_back(Operator.of(CAUSAL));
    stack.push_back(Operator.none());
    stack.push_back(Operator.none());
    Handles.BACKWARD.call(stack);
    return List.of(stack.get(0).toTensor(), stack.get(1).toTensor(), stack.get(2).toTensor());
  }

  /// Found once, on first use; immutable.
  private static final class Handles {
    private static final String NAME = "aten::_scaled_dot_product_flash_attention_for_cpu";
    static final Operator FORWARD = Operator.find(NAME, "");
    static final Operator BACKWARD = Operator.find(NAME + "_backward", "");
  }

  private FlashAttention() {}
}
