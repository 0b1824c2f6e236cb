package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ShippedConfigsTest {
  private static final Path CONFIGS = Path.of("../../configs");

  static List<Path> models() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      return files
          .filter(Files::isRegularFile)
          .map(CONFIGS::relativize)
          .filter(file -> !file.equals(Path.of("local_setup.yml")))
          .filter(file -> !file.equals(Path.of("demo.yml")))
          .sorted()
          .toList();
    }
  }

  private static NeoxConfig load(Path... names) throws IOException {
    return ConfigLoader.load(new ConfigSource(Optional.of(CONFIGS), List.of(names), Map.of()));
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyModelLoadsWithTheLocalSetupAndCanBeTrained(Path model) throws IOException {
    NeoxConfig config = load(model, Path.of("local_setup"));
    assertThatCode(config::requireTrainable).doesNotThrowAnyException();
    assertThat(config.schedule().minRate())
        .isEqualTo(
            config.optimizer().learningRate() / 10, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(Files.readString(CONFIGS.resolve(model)))
        .as("the command in the comment names the file itself")
        .contains("-d configs " + model.toString().replace(".yml", "") + " local_setup\n");
  }

  @Test
  void thereIsAConfigurationForEachSize() throws IOException {
    assertThat(models().stream().map(Path::toString))
        .containsExactlyInAnyOrder(
            "20B.yml",
            "gpt3/125M.yml",
            "gpt3/350M.yml",
            "gpt3/760M.yml",
            "gpt3/1.3B.yml",
            "gpt3/2.7B.yml",
            "gpt3/6.7B.yml",
            "gpt3/13B.yml",
            "gpt3/175B.yml",
            "pythia/14M.yml",
            "pythia/31M.yml",
            "pythia/70M.yml",
            "pythia/160M.yml",
            "pythia/410M.yml",
            "pythia/1B.yml",
            "pythia/1.4B.yml",
            "pythia/2.8B.yml",
            "pythia/6.9B.yml",
            "pythia/12B.yml");
  }

  /// Counts of arXiv:2304.01373 table 1 (`total params` column) and of the published models, with
  /// the vocabulary of 50277 tokens padded as published.
  @ParameterizedTest
  @CsvSource({
    "pythia/70M, 50304, 70426624",
    "pythia/160M, 50304, 162322944",
    "pythia/410M, 50304, 405334016",
    "pythia/1B, 50304, 1011781632",
    "pythia/1.4B, 50304, 1414647808",
    "pythia/2.8B, 50304, 2775208960",
    "pythia/6.9B, 50432, 6857302016",
    "pythia/12B, 50688, 11846072320",
    "20B, 50432, 20554567680",
  })
  void theNetworksHaveThePublishedSizes(String name, int rows, long parameters) throws IOException {
    ModelConfig m = load(Path.of(name), Path.of("local_setup")).model();
    assertThat(Vocabulary.padded(50277, m.dims().vocabDivisor(), 1)).isEqualTo(rows);
    long h = m.hiddenSize();
    long width = m.transformers().getFirst().mlp().size();
    long perBlock = (4 * h * h + 4 * h) + (2 * h * width + width + h) + 4 * h;
    assertThat(m.layers() * perBlock + 2 * h + 2L * rows * h).isEqualTo(parameters);
  }

  @Test
  void theDemoLoadsAlone() throws IOException {
    NeoxConfig demo = load(Path.of("demo"));
    assertThatCode(demo::requireTrainable).doesNotThrowAnyException();
    assertThat(demo.checkpoint().load()).isEqualTo(demo.checkpoint().save());
    assertThat(demo.model().headDim()).isEqualTo(32);
    assertThat(demo.model().positions()).isEqualTo(new Positions.Rotary(0.25, 10000));
  }
}
