package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.parallel.TensorParallel;
import neox.tensor.CustomFunction;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LogLikelihoodsTest {
  private static final int ROWS = 3;
  private static final int LENGTH = 7;
  private static final int HIDDEN = 16;
  private static final int VOCAB = 50;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// What the caller promises, and what it does.
  enum Promise {
    NONE,
    KEPT,
    BROKEN,
    /// Nothing counts.
    ZERO
  }

  record Setting(ScalarType type, long positionsAtOnce, Promise promise) {
    /// Relative to the largest number. float32 and float64: other orders of summation. bfloat16:
    /// logits, their gradients and the running sum over chunks are rounded to 2^-9 each, in both.
    double tolerance() {
      return switch (type) {
        case Double -> 1e-13;
        case Float -> 2e-6;
        default -> 2e-2;
      };
    }
  }

  static Stream<Setting> settings() {
    return Stream.of(ScalarType.Float, ScalarType.Double, ScalarType.BFloat16)
        .flatMap(type ->
            Stream.of(1L, 4L, 7L, 20L, 21L, 1000L)
                .flatMap(
                    chunk -> Stream.of(Promise.values()).map(p -> new Setting(type, chunk, p))));
  }

  /// Values, and the gradients of hidden states and weight.
  @SuppressWarnings("ArrayRecordComponent") // numbers side by side, never compared as a whole
  private record Result(float[] values, float[] ofHidden, float[] ofWeight) {}

  private interface Function {
    Tensor of(Tensor hidden, Tensor weight, Tensor labels);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void chunksEqualPlainAutograd(Setting setting) {
    Tensor weights = weights(setting.promise());
    Result plain =
        run(setting, weights, (x, w, labels) -> LogLikelihoods.ofLogits(x.matmul(w.t()), labels));
    Optional<Tensor> promised =
        switch (setting.promise()) {
          case NONE -> Optional.empty();
          case KEPT, ZERO -> Optional.of(weights);
          case BROKEN -> Optional.of(torch.ones(ROWS, LENGTH));
        };
    Result chunked =
        run(
            setting,
            weights,
            (x, w, labels) ->
                new LogLikelihoods(w, TensorParallel.single(), setting.positionsAtOnce())
                    .of(x, labels, promised));
    assertClose(chunked.values(), plain.values(), setting);
    assertClose(chunked.ofHidden(), plain.ofHidden(), setting);
    assertClose(chunked.ofWeight(), plain.ofWeight(), setting);
  }

  /// Of a cross-entropy with z-loss: log p · weights - 0.1 (log Z)² · weights.
  @ParameterizedTest
  @MethodSource("settings")
  void normalizersInChunksEqualPlainAutograd(Setting setting) {
    Tensor weights = weights(setting.promise());
    Result plain =
        run(
            setting,
            weights,
            (x, w, labels) ->
                withZLoss(LogLikelihoods.normalizedOfLogits(x.matmul(w.t()), labels)));
    Result chunked =
        run(
            setting,
            weights,
            (x, w, labels) ->
                withZLoss(
                    new LogLikelihoods(w, TensorParallel.single(), setting.positionsAtOnce())
                        .normalized(x, labels)));
    assertClose(chunked.values(), plain.values(), setting);
    assertClose(chunked.ofHidden(), plain.ofHidden(), setting);
    assertClose(chunked.ofWeight(), plain.ofWeight(), setting);
  }

  private static Tensor withZLoss(Head.Normalized scores) {
    Tensor squares = scores.logNormalizers().square();
    return scores.logLikelihoods().sub(squares.mul(new Scalar(0.1)));
  }

  private static Tensor weights(Promise promise) {
    RandomState.seed(2);
    return switch (promise) {
      case NONE, KEPT, BROKEN -> torch.rand(ROWS, LENGTH).gt(new Scalar(0.3)).to(ScalarType.Float);
      case ZERO -> torch.zeros(ROWS, LENGTH);
    };
  }

  /// -3 Σ weights · log p, differentiated.
  private static Result run(Setting setting, Tensor weights, Function function) {
    try (var _ = Scope.open()) {
      RandomState.seed(1);
      Tensor x = torch.randn(ROWS, LENGTH, HIDDEN).to(setting.type());
      Tensor w = torch.randn(VOCAB, HIDDEN).mul(new Scalar(0.7)).to(setting.type());
      Tensor labels = torch.rand(ROWS, LENGTH).mul(new Scalar(VOCAB)).to(ScalarType.Long);
      x.set_requires_grad(true);
      w.set_requires_grad(true);
      Tensor values = function.of(x, w, labels);
      Tensor loss = values.mul(weights).sum().mul(new Scalar(-3));
      CustomFunction.run(() -> loss.backward());
      return new Result(
          TensorData.floats(values),
          TensorData.floats(Gradients.of(x).orElseThrow()),
          TensorData.floats(Gradients.of(w).orElseThrow()));
    }
  }

  private static void assertClose(float[] actual, float[] expected, Setting setting) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
    }
    assertThat(difference).isLessThanOrEqualTo(setting.tolerance() * largest);
  }

  /// Logits of ln 3 against 0: the probabilities are 3/4 and 1/4.
  @Test
  void knowsAProbabilityByHeart() {
    try (var _ = Scope.open()) {
      float high = (float) Math.log(3);
      Tensor logits = TensorData.ofFloats(new float[] {high, 0, 0, high, high, 0}, 1, 3, 2);
      Tensor labels = TensorData.ofIds(new int[][] {{0, 0, 1}});
      float[] values = TensorData.floats(LogLikelihoods.ofLogits(logits, labels));
      float[] expected = {(float) Math.log(0.75), (float) Math.log(0.25), (float) Math.log(0.25)};
      for (int i = 0; i < 3; i++) {
        assertThat(values[i]).isCloseTo(expected[i], within(1e-6f));
      }
      Head.Normalized normalized = LogLikelihoods.normalizedOfLogits(logits, labels);
      values = TensorData.floats(normalized.logLikelihoods());
      for (int i = 0; i < 3; i++) {
        assertThat(values[i]).isCloseTo(expected[i], within(1e-6f));
      }
      for (float logZ : TensorData.floats(normalized.logNormalizers())) {
        assertThat(logZ).isCloseTo((float) Math.log(4), within(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16"})
  void differentiatesOnlyWhatAsksForIt(ScalarType type) {
    for (boolean ofHidden : new boolean[] {false, true}) {
      for (boolean ofWeight : new boolean[] {false, true}) {
        try (var _ = Scope.open()) {
          Tensor x = torch.randn(1, 4, HIDDEN).to(type);
          Tensor w = torch.randn(VOCAB, HIDDEN).to(type);
          x.set_requires_grad(ofHidden);
          w.set_requires_grad(ofWeight);
          Tensor labels = TensorData.ofIds(new int[][] {{1, 2, 3, 4}});
          Tensor values =
              new LogLikelihoods(w, TensorParallel.single(), 3).of(x, labels, Optional.empty());
          assertThat(values.requires_grad()).isEqualTo(ofHidden || ofWeight);
          if (values.requires_grad()) {
            values.sum().backward();
          }
          assertThat(Gradients.of(x).isPresent()).isEqualTo(ofHidden);
          assertThat(Gradients.of(w).isPresent()).isEqualTo(ofWeight);
        }
      }
    }
  }

  @Test
  void asksForNoGradientInEvaluation() {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      Tensor x = torch.randn(1, 4, HIDDEN);
      Tensor w = torch.randn(VOCAB, HIDDEN);
      w.set_requires_grad(true);
      Tensor labels = TensorData.ofIds(new int[][] {{1, 2, 3, 4}});
      Tensor weights = torch.ones(1, 4);
      LogLikelihoods chunked = new LogLikelihoods(w, TensorParallel.single(), 3);
      assertThat(chunked.of(x, labels, Optional.of(weights)).requires_grad()).isFalse();
    }
  }

  /// Tokens that several micro-batches see add up, as gradients do.
  @Test
  void gradientsOfSeveralPassesAddUp() {
    List<float[]> gradients = new ArrayList<>();
    for (boolean chunked : new boolean[] {false, true}) {
      try (var _ = Scope.open()) {
        RandomState.seed(4);
        Tensor w = torch.randn(VOCAB, HIDDEN);
        w.set_requires_grad(true);
        for (int batch = 0; batch < 3; batch++) {
          Tensor x = torch.randn(2, 5, HIDDEN);
          Tensor labels = torch.rand(2, 5).mul(new Scalar(VOCAB)).to(ScalarType.Long);
          Tensor weights = torch.rand(2, 5);
          Tensor values =
              chunked
                  ? new LogLikelihoods(w, TensorParallel.single(), 3)
                      .of(x, labels, Optional.of(weights))
                  : LogLikelihoods.ofLogits(x.matmul(w.t()), labels);
          values.mul(weights).sum().backward();
        }
        gradients.add(TensorData.floats(Gradients.of(w).orElseThrow()));
      }
    }
    assertClose(gradients.get(1), gradients.get(0), new Setting(ScalarType.Float, 3, Promise.KEPT));
  }
}
