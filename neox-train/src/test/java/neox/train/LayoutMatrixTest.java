package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import neox.base.slow.SlowRows;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Curve;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Outcome;
import neox.train.LayoutMatrix.Style;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The losses of a run do not depend on the layout of its ranks: a few layouts of each size, and of
/// each style. All of them, for more steps: `benchmarks/layouts.sh`.
class LayoutMatrixTest {
  private static final int STEPS = 4;

  /// Sums in another order: about 1e-6 after a few steps of fp32.
  private static final double TOLERANCE = 1e-5;

  @TempDir private static Path directory;
  private static LayoutMatrix matrix;

  @BeforeAll
  static void start() throws IOException {
    NativeRuntime.start(1);
    matrix = new LayoutMatrix(directory, STEPS);
  }

  @ParameterizedTest(name = "{0}: pipe {1}, tensor {2}, data {3}, ZeRO {4}")
  @CsvSource({
    "PYTHIA, 2, 1, 2, 3",
    "GPT3, 2, 2, 1, 1",
    "LLAMA, 2, 1, 2, 1",
    "GQA, 1, 2, 2, 1",
    "SEQUENCE_PARALLEL, 2, 2, 1, 1"
  })
  @SlowRows({
    "PYTHIA, 1, 3, 1, 0",
    "PYTHIA, 3, 1, 1, 1",
    "PYTHIA, 1, 1, 3, 1",
    "PYTHIA, 4, 1, 1, 0",
    "PYTHIA, 1, 2, 2, 2",
    "GPT3, 4, 1, 1, 0",
    "GPT3, 1, 1, 4, 3",
    "LLAMA, 1, 4, 1, 0",
    "LLAMA, 2, 2, 1, 2",
    "GQA, 1, 1, 2, 3",
    "SEQUENCE_PARALLEL, 1, 2, 1, 0"
  })
  void losesAsOneRankDoes(Style style, int pipe, int tensor, int data, int zero)
      throws IOException {
    Curve curve = curve(matrix.run(style, new Layout(pipe, tensor, data, zero), Map.of()));
    assertThat(curve.losses()).hasSize(STEPS);
    assertThat(curve.lossDifference(matrix.alone(style))).isLessThan(TOLERANCE);
    assertThat(curve.firstNormDifference(matrix.alone(style))).isLessThan(TOLERANCE);
  }

  /// Of 3 micro-batches, a pipeline of 4 stages is never full.
  @Test
  void aPipelineMayHaveFewerMicroBatchesThanStages() throws IOException {
    Map<String, String> few = Map.of("gradient_accumulation_steps", "3");
    Outcome one = matrix.run(Style.GPT3, Layout.ALONE, few);
    Outcome four = matrix.run(Style.GPT3, new Layout(4, 1, 1, 0), few);
    assertThat(curve(four).lossDifference(curve(one))).isLessThan(TOLERANCE);
  }

  private static Curve curve(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Trained(Curve curve) -> curve;
      case Outcome.Refused(String reason) -> throw new AssertionError(reason);
    };
  }
}
