package neox.inference;

import neox.base.UserException;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// How the next token is chosen from its logits, by NeoX's rules.
///
/// With all three at 0 the likeliest token is taken. NeoX compat: with `temperature` 0 and a filter
/// on, tokens are drawn at temperature 1.
///
/// @param temperature divides the logits when positive (`temperature`)
/// @param topK keeps the k likeliest tokens and all that tie with the k-th; 0 keeps all (`top_k`)
/// @param topP keeps the likeliest tokens until their probability exceeds p, the one that crosses
///   it included; 0 keeps all (`top_p`, arXiv:1904.09751)
public record Sampler(double temperature, int topK, double topP) {
  public Sampler {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw UserException.of("temperature %s: expected a number from 0 on", temperature);
    }
    if (topK < 0) {
      throw UserException.of("top-k %d: expected a count from 0 (off) on", topK);
    }
    if (!(topP >= 0 && topP <= 1)) {
      throw UserException.of("top-p %s: expected a probability from 0 (off) to 1", topP);
    }
  }

  /// Always the likeliest token.
  public static Sampler greedy() {
    return new Sampler(0, 0, 0);
  }

  public boolean isGreedy() {
    return temperature == 0 && topK == 0 && topP == 0;
  }

  /// The next token for the logits `[V]`; draws from libtorch's default generator.
  public int next(Tensor logits) {
    if (isGreedy()) {
      return Math.toIntExact(logits.argmax().item_long()); // the first of equals
    }
    Tensor probabilities = torch.softmax(filter(logits), -1);
    return Math.toIntExact(torch.multinomial(probabilities, 1).item_long());
  }

  /// The logits `[V]` in float32 after temperature, top-k and top-p; -∞ for what is left out.
  Tensor filter(Tensor logits) {
    Tensor x = logits.to(ScalarType.Float);
    if (temperature > 0) {
      x = x.div(new Scalar(temperature));
    }
    if (topK > 0) {
      Tensor kept = torch.topk(x, Math.min(topK, x.size(0))).get0();
      x = hide(x, x.lt(kept.narrow(0, kept.size(0) - 1, 1)));
    }
    return topP > 0 ? nucleus(x) : x;
  }

  private Tensor nucleus(Tensor x) {
    T_TensorTensor_T sorted = torch.sort(x, -1, true);
    Tensor cumulative = torch.cumsum(torch.softmax(sorted.get0(), -1), -1);
    Tensor over = cumulative.gt(new Scalar(topP));
    // A token goes when the ones before it have already crossed p; the first always stays.
    Tensor hidden = torch.zeros_like(over);
    hidden.narrow(0, 1, x.size(0) - 1).copy_(over.narrow(0, 0, x.size(0) - 1));
    return hide(x, torch.zeros_like(over).scatter_(0, sorted.get1(), hidden));
  }

  private static Tensor hide(Tensor x, Tensor mask) {
    return x.masked_fill(mask, new Scalar(Double.NEGATIVE_INFINITY));
  }
}
