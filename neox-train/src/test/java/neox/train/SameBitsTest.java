package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Style;
import neox.train.SameBits.Result;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// With `deterministic: layout` a run ends in the same bits on every layout of its ranks. All
/// layouts, with kills and reshards between them: `benchmarks/same-bits-layouts.sh`.
class SameBitsTest {
  private static final int STEPS = 2;
  private static final Map<Style, Result> ALONE = new HashMap<>();

  @TempDir private static Path directory;
  private static SameBits runs;

  @BeforeAll
  static void start() throws IOException {
    NativeRuntime.start(1);
    runs = new SameBits(new LayoutMatrix(directory, STEPS), directory);
  }

  @ParameterizedTest(name = "{0}: pipe {1}, tensor {2}, data {3}, ZeRO {4}")
  @CsvSource({
    "PYTHIA, 1, 1, 2, 0",
    "PYTHIA, 1, 1, 3, 1",
    "PYTHIA, 1, 1, 4, 2",
    "PYTHIA, 2, 1, 2, 0",
    "PYTHIA, 4, 1, 1, 0",
    "PYTHIA, 1, 2, 2, 3",
    "PYTHIA, 1, 3, 1, 0",
    "PYTHIA, 2, 2, 1, 0",
    "GPT3, 1, 4, 1, 0",
    "GPT3, 3, 1, 1, 0",
    "GPT3, 2, 1, 2, 3",
    "GQA, 1, 2, 1, 0",
    "GQA, 1, 4, 1, 0",
    "LLAMA, 3, 1, 1, 0",
    "LLAMA, 1, 2, 1, 0",
    "LLAMA, 1, 1, 2, 1"
  })
  void everyLayoutEndsInTheSameBits(Style style, int pipe, int tensor, int data, int zero)
      throws IOException {
    Result found = runs.run(style, new Layout(pipe, tensor, data, zero), Map.of());
    Result expected = alone(style);
    assertThat(found.curve().losses()).isEqualTo(expected.curve().losses()).hasSize(STEPS);
    assertThat(found.curve().norms()).isEqualTo(expected.curve().norms());
    assertThat(found.digest()).isEqualTo(expected.digest());
  }

  private static Result alone(Style style) throws IOException {
    Result known = ALONE.get(style);
    if (known == null) {
      known = runs.run(style, Layout.ALONE, Map.of());
      ALONE.put(style, known);
    }
    return known;
  }
}
