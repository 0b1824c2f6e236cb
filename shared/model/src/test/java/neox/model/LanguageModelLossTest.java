package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LanguageModelLossTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void isTheMeanOverThePredictionsThatCount() {
    try (var _ = Scope.open()) {
      // Logits of ln 3 against 0: the probabilities are 3/4 and 1/4.
      float high = (float) Math.log(3);
      Tensor logits = TensorData.ofFloats(new float[] {high, 0, 0, high, high, 0}, 1, 3, 2);
      Tensor labels = TensorData.ofIds(new int[][] {{0, 0, 1}});
      Tensor mask = TensorData.ofFloats(new float[] {1, 1, 0}, 1, 3);
      double expected = -(Math.log(0.75) + Math.log(0.25)) / 2;
      assertThat((double) LanguageModelLoss.of(logits, labels, mask).item_float())
          .isCloseTo(expected, within(1e-6)); // float32
    }
  }

  @Test
  void isZeroWithAGradientOfZeroWhereNothingCounts() {
    try (var _ = Scope.open()) {
      Tensor logits = TensorData.ofFloats(new float[] {1, 2, 3, 4}, 1, 2, 2);
      logits.requires_grad_(true);
      Tensor labels = TensorData.ofIds(new int[][] {{0, 1}});
      Tensor mask = TensorData.ofFloats(new float[] {0, 0}, 1, 2);
      Tensor loss = LanguageModelLoss.of(logits, labels, mask);
      assertThat(loss.item_float()).isZero();
      loss.backward();
      for (float gradient : TensorData.floats(logits.grad())) {
        assertThat(Math.abs(gradient)).isZero();
      }
    }
  }
}
