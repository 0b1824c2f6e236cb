package neox.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import neox.model.Head;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ZLossTest {
  private static final int EOD = 9;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// Two of three predictions count; the second is made from an end of document.
  private static MicroBatch batch() {
    return MicroBatch.of(
        new int[][] {{1, EOD, 3, 4}},
        Optional.empty(),
        OptionalInt.of(EOD),
        Placement.cpu(ScalarType.Float));
  }

  /// A head that gives the three positions these numbers.
  @SuppressWarnings("ArrayRecordComponent") // plain carriers, never compared
  private record Known(float[] logLikelihoods, float[] logNormalizers) implements Scores {
    @Override
    public Tensor logLikelihoods(Tensor labels, Optional<Tensor> weights) {
      return TensorData.ofFloats(logLikelihoods, 1, 3);
    }

    @Override
    public Head.Normalized normalized(Tensor labels) {
      return new Head.Normalized(
          logLikelihoods(labels, Optional.empty()), TensorData.ofFloats(logNormalizers, 1, 3));
    }

    @Override
    public Tensor rewards() {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void isMinimizedWithTheCrossEntropyAndReportedBesideIt() {
    try (var _ = Scope.open()) {
      Scores scores = new Known(new float[] {-1, -50, -3}, new float[] {2, 70, 4});
      Loss loss = new LanguageModeling(0.5).of(scores, batch());
      double zLoss = 0.5 * (2 * 2 + 4 * 4) / 2;
      assertThat(loss.value().item_double()).isCloseTo(2, within(1e-6));
      assertThat(loss.metrics()).containsOnlyKeys("z_loss");
      assertThat(Objects.requireNonNull(loss.metrics().get("z_loss")).item_double())
          .isCloseTo(zLoss, within(1e-6));
      assertThat(loss.minimized().item_double()).isCloseTo(2 + zLoss, within(1e-6));
    }
  }

  @Test
  void isLeftOutOfEvaluations() {
    assertThat(new LanguageModeling(0.5).ofEvaluation()).isEqualTo(new LanguageModeling(0));
  }

  @Test
  void isNothingWithoutItsFactor() {
    try (var _ = Scope.open()) {
      Scores scores = new Known(new float[] {-1, -50, -3}, new float[] {2, 70, 4});
      Loss loss = new LanguageModeling(0).of(scores, batch());
      assertThat(loss.metrics()).isEmpty();
      assertThat(loss.minimized()).isSameAs(loss.value());
    }
  }
}
