package neox.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowAttentionTest {
  private static final int PLACES = 90;

  @BeforeEach
  void start() {
    NativeRuntime.start(2);
    assumeThat(RowProduct.isFast()).as("this JVM has vectors of 256 bits").isTrue();
    torch.manual_seed(1);
  }

  @AfterEach
  void oneThreadAsBefore() {
    NativeRuntime.start(1);
  }

  /// One text of `PLACES` tokens, of which the last `tokens` are new.
  private record Text(Tensor q, Tensor k, Tensor v, Optional<Tensor> bias) {
    static Text of(int n, int g, int d, ScalarType type, boolean biased) {
      return new Text(
          torch.randn(1, n, PLACES, d).to(type),
          torch.randn(1, g, PLACES, d).to(type),
          torch.randn(1, g, PLACES, d).to(type),
          biased ? Optional.of(torch.randn(n, PLACES, PLACES).to(type)) : Optional.empty());
    }

    /// `[1, tokens, n·d]`.
    Tensor attend(int from, int tokens, OptionalInt window) {
      Tensor keys = k.clone();
      Tensor values = v.clone();
      keys.narrow(2, from, PLACES - from).fill_(new Scalar(Double.NaN)); // nobody reads it
      values.narrow(2, from, PLACES - from).fill_(new Scalar(Double.NaN));
      RowAttention attention =
          new RowAttention(
              keys,
              values,
              LongStream.range(from, from + tokens).toArray(),
              window,
              bias.map(b -> b.narrow(1, from, tokens)),
              0.3);
      return attention.of(
          q.narrow(2, from, tokens),
          k.narrow(2, from, tokens),
          v.narrow(2, from, tokens),
          Optional.empty());
    }

    /// The formula in float64.
    Tensor exact(int from, int tokens, OptionalInt window) {
      long n = q.size(1);
      long d = q.size(3);
      long g = k.size(1);
      Tensor keys = repeated(k, n / g);
      Tensor values = repeated(v, n / g);
      Tensor scores = // [1, n, s, t]
          q.to(ScalarType.Double).matmul(keys.transpose(2, 3)).mul(new Scalar(0.3));
      Tensor added = bias.map(b -> scores.add(b.to(ScalarType.Double))).orElse(scores);
      Tensor hidden = torch.ones(PLACES, PLACES).triu(1);
      if (window.isPresent()) {
        hidden = hidden.add(torch.ones(PLACES, PLACES).tril(-window.getAsInt() - 1L));
      }
      Tensor weights =
          torch.softmax(
              added.masked_fill(hidden.gt(new Scalar(0)), new Scalar(Double.NEGATIVE_INFINITY)),
              -1);
      return weights
          .matmul(values)
          .transpose(1, 2)
          .narrow(1, from, tokens)
          .reshape(1, tokens, n * d);
    }

    private static Tensor repeated(Tensor x, long times) {
      return x.to(ScalarType.Double)
          .repeat_interleave(times, new LongOptional(1), new LongOptional());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 4, 64, Float, -1, false",
    "4, 2, 80, Float, -1, true",
    "3, 1, 20, Float, 7, false",
    "8, 2, 128, BFloat16, -1, false",
    "2, 2, 24, BFloat16, 30, true",
    "2, 1, 72, Half, -1, true"
  })
  void isTheFormula(int n, int g, int d, ScalarType type, int within, boolean biased) {
    OptionalInt window = within < 0 ? OptionalInt.empty() : OptionalInt.of(within);
    try (var _ = Scope.open()) {
      Text text = Text.of(n, g, d, type, biased);
      for (int from : new int[] {0, 1, 50, 89}) {
        int tokens = Math.min(3, PLACES - from);
        Tensor y = text.attend(from, tokens, window).to(ScalarType.Double);
        double apart = y.sub(text.exact(from, tokens, window)).abs().max().item_double();
        assertThat(apart).isLessThan(type == ScalarType.Float ? 2e-6 : 4e-2);
      }
    }
  }

  @Test
  void aTokenIsTheSameBitsHoweverManyAreReadWithIt() {
    try (var _ = Scope.open()) {
      Text text = Text.of(4, 2, 36, ScalarType.Float, false);
      float[] together = TensorData.floats(text.attend(0, PLACES, OptionalInt.empty()));
      for (int token : new int[] {0, 17, 89}) {
        float[] alone = TensorData.floats(text.attend(token, 1, OptionalInt.empty()));
        assertThat(alone)
            .containsExactly(Arrays.copyOfRange(together, token * 4 * 36, (token + 1) * 4 * 36));
      }
    }
  }
}
