package neox.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MicroBatchTest {
  private static final Placement CPU = Placement.cpu(ScalarType.Float);
  private static final int[][] ROWS = {{5, 0, 7}, {0, 8, 0}};

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void labelsAreTheTokensOnePositionLater() {
    try (var _ = Scope.open()) {
      MicroBatch batch = MicroBatch.of(ROWS, Optional.empty(), OptionalInt.empty(), CPU);
      assertThat(batch.tokens().sizes().vec().get()).containsExactly(2, 2);
      assertThat(TensorData.longs(batch.tokens())).containsExactly(5, 0, 0, 8);
      assertThat(TensorData.longs(batch.labels())).containsExactly(0, 7, 8, 0);
      assertThat(TensorData.floats(batch.lossMask())).containsOnly(1);
    }
  }

  @Test
  void masksPredictionsFromTheEndOfADocumentButNotOfIt() {
    try (var _ = Scope.open()) {
      MicroBatch batch = MicroBatch.of(ROWS, Optional.empty(), OptionalInt.of(0), CPU);
      assertThat(TensorData.floats(batch.lossMask())).containsExactly(1, 0, 0, 1);
    }
  }

  @Test
  void countsNeitherWhatHasNoLabelNorWhatFollowsAMaskedToken() {
    int[][] labels = {{-100, 0, -100}, {-100, 8, 0}};
    try (var _ = Scope.open()) {
      MicroBatch batch = MicroBatch.of(ROWS, Optional.of(labels), OptionalInt.empty(), CPU);
      assertThat(TensorData.longs(batch.labels())).containsExactly(0, 0, 8, 0);
      assertThat(TensorData.floats(batch.lossMask())).containsExactly(1, 0, 1, 1);
      MicroBatch both = MicroBatch.of(ROWS, Optional.of(labels), OptionalInt.of(8), CPU);
      assertThat(TensorData.floats(both.lossMask())).containsExactly(1, 0, 1, 0);
    }
  }

  @Test
  void whatNoReferenceKnowsDoesNotCount() {
    float nan = Float.NaN;
    try (var _ = Scope.open()) {
      MicroBatch batch =
          MicroBatch.of(ROWS, Optional.empty(), OptionalInt.of(0), CPU)
              .withReference(new float[][] {{-1, -2}, {-3, nan}}, CPU);
      assertThat(TensorData.floats(batch.lossMask())).containsExactly(1, 0, 0, 0);
      assertThat(TensorData.floats(batch.reference().orElseThrow())).containsExactly(-1, -2, -3, 0);
      assertThat(TensorData.floats(batch.first(1).reference().orElseThrow()))
          .containsExactly(-1, -3);
      assertThat(TensorData.floats(batch.followedBy(batch).reference().orElseThrow())).hasSize(8);
    }
  }
}
