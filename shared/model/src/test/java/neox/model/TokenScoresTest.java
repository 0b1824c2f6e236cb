package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// [LogLikelihoods#scores]: several labels of one position, and which of them are greedy.
class TokenScoresTest {
  private static final Placement CPU = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void eachLabelIsScoredAtItsPosition() {
    try (var _ = Scope.open()) {
      Tensor logits = CPU.floats(new float[] {0, 0, 0, 5, 1, 2}, 2, 3);
      Head.LabelScores found =
          LogLikelihoods.scores(logits, CPU.indices(1, 0, 1, 1), CPU.indices(0, 2, 2, 1));
      double sum = Math.log(Math.exp(5) + Math.exp(1) + Math.exp(2));
      float[] expected = {
        (float) (5 - sum), (float) -Math.log(3), (float) (2 - sum), (float) (1 - sum)
      };
      assertThat(TensorData.floats(found.logLikelihoods()))
          .containsExactly(expected, within(1e-6f));
      assertThat(TensorData.longs(found.greedy())).containsExactly(1, 0, 0, 0);
    }
  }

  @Test
  void ofEqualsTheFirstIsGreedy() {
    try (var _ = Scope.open()) {
      Tensor logits = CPU.floats(new float[] {1, 3, 3, 0, 3}, 1, 5);
      Head.LabelScores found =
          LogLikelihoods.scores(logits, CPU.indices(0, 0, 0, 0, 0), CPU.indices(0, 1, 2, 3, 4));
      assertThat(TensorData.longs(found.greedy())).containsExactly(0, 1, 0, 0, 0);
    }
  }
}
