package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import neox.base.slow.SlowRows;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Style;
import neox.train.SameBits.Result;
import neox.train.SameBits.Variant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// With `deterministic: layout` a run ends in the same bits on every layout of its ranks. All
/// layouts, with kills and reshards between them: `benchmarks/same-bits-layouts.sh`.
class SameBitsTest {
  private static final int STEPS = 2;
  private static final Map<String, Result> ALONE = new HashMap<>();

  @TempDir private static Path directory;
  private static SameBits runs;

  @BeforeAll
  static void start() throws IOException {
    NativeRuntime.start(1);
    runs = new SameBits(new LayoutMatrix(directory, STEPS), directory);
  }

  @ParameterizedTest(name = "{0} {1}: pipe {2}, tensor {3}, data {4}, ZeRO {5}")
  @CsvSource({"PYTHIA, FP32, 1, 2, 2, 3", "PYTHIA, BF16, 2, 2, 1, 0", "GQA, FP32, 1, 2, 2, 2"})
  @SlowRows({
    "PYTHIA, FP32, 2, 1, 2, 1",
    "PYTHIA, TWELFTHS, 1, 3, 1, 0",
    "PYTHIA, TWELFTHS, 1, 1, 3, 2",
    "PYTHIA, FP16, 1, 2, 2, 1",
    "GPT3, FP32, 1, 4, 1, 0",
    "GPT3, FP32, 3, 1, 1, 0"
  })
  void everyLayoutEndsInTheSameBits(
      Style style, Variant variant, int pipe, int tensor, int data, int zero) throws IOException {
    Result found = runs.run(style, variant, new Layout(pipe, tensor, data, zero));
    Result expected = alone(style, variant);
    assertThat(found.curve().losses()).isEqualTo(expected.curve().losses()).hasSize(STEPS);
    assertThat(found.curve().norms()).isEqualTo(expected.curve().norms());
    assertThat(found.digest()).isEqualTo(expected.digest());
  }

  private static Result alone(Style style, Variant variant) throws IOException {
    String name = style + " " + variant;
    Result known = ALONE.get(name);
    if (known == null) {
      known = runs.run(style, variant, Layout.ALONE);
      ALONE.put(name, known);
    }
    return known;
  }
}
