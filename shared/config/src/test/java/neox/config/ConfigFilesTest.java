package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFilesTest {
  @TempDir Path directory;

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private ConfigSource source(Map<String, String> overrides, String... names) {
    return new ConfigSource(
        Optional.of(directory), List.of(names).stream().map(Path::of).toList(), overrides);
  }

  private String problems(String... names) {
    return problems(Map.of(), names);
  }

  private String problems(Map<String, String> overrides, String... names) {
    try {
      ConfigLoader.read(source(overrides, names));
    } catch (UserException e) {
      return String.valueOf(e.getMessage()).replace(directory + "/", "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    throw new AssertionError("no problem was found");
  }

  @Test
  void mergesFilesOfADirectoryWhoseNamesLackTheSuffix() throws IOException {
    write("model/tiny.yml", TestConfig.text("seed: 7"));
    write("1.4B.yml", "save: out\ncheckpoint-factor: 10");
    write("more.json", "{\"log-interval\": 3, # a comment\n \"gpt-j-residual\": True,}");
    LoadedConfig loaded = ConfigLoader.read(source(Map.of(), "model/tiny", "1.4B", "more.json"));
    assertThat(loaded.config().data().seed()).isEqualTo(7);
    assertThat(loaded.config().checkpoint().factor()).contains(10.0);
    assertThat(loaded.config().monitor().logInterval()).isEqualTo(3);
    assertThat(loaded.config().model().transformers())
        .extracting(TransformerConfig::residual)
        .containsOnly(Residual.PARALLEL);
    assertThat(loaded.originals())
        .containsOnlyKeys("tiny.yml", "1.4B.yml", "more.json")
        .containsEntry("1.4B.yml", "save: out\ncheckpoint-factor: 10");
  }

  @Test
  void rejectsAKeyInTwoFilesHoweverItIsSpelt() throws IOException {
    write("a.yml", TestConfig.text("train_iters: 1"));
    write("b.yml", "\ntrain-iters: 2");
    assertThat(problems("a", "b"))
        .isEqualTo(
            "b.yml:2: train_iters: given twice with two values, first at a.yml:1; remove one of them");
  }

  @Test
  void rejectsAKeyTwiceInsideAMapping() throws IOException {
    write("a.yml", TestConfig.text("zero_optimization: {stage: 0,\n stage: 1}"));
    assertThat(problems("a"))
        .isEqualTo(
            "a.yml:2: stage: given twice with two values, first at a.yml:1; remove one of them");
  }

  @Test
  void doesNotMergeMappingsOfTwoFiles() throws IOException {
    write("a.yml", TestConfig.text("optimizer: {type: Adam}"));
    write("b.yml", "optimizer: {params: {lr: 1.0}}");
    assertThat(problems("a", "b"))
        .isEqualTo(
            """
            a.yml:1: optimizer.params.lr: required but missing: peak learning rate
            b.yml:1: optimizer: given twice with two values, first at a.yml:1; remove one of them\
            """);
  }

  @Test
  void rejectsTwoFilesOfOneName() throws IOException {
    write("a.yml", TestConfig.text("seed: 1"));
    write("b/a.yml", "seed: 2");
    assertThat(problems("a", "b/a"))
        .isEqualTo(
            "b/a.yml: same file name as a.yml; give them different names, both go into each "
                + "checkpoint");
  }

  @Test
  void reportsEveryFileThatIsMissing() {
    assertThat(problems("a", "b"))
        .isEqualTo("a.yml: no such configuration file\nb.yml: no such configuration file");
    assertThatThrownBy(() -> ConfigLoader.load(ConfigSource.of(Path.of("nowhere"))))
        .hasMessageMatching(
            "nowhere\\.yml: no such configuration file in /.*; -d DIR names another directory");
  }

  @Test
  void reportsWhatIsNotYaml() throws IOException {
    write("a.yml", "seed: 1\n  bad: [1\n");
    assertThat(problems("a"))
        .isEqualTo("a.yml:2: not valid YAML: mapping values are not allowed here");
    write("b.yml", "- 1\n- 2\n");
    assertThat(problems("b")).isEqualTo("b.yml:1: expected 'key: value' lines, found a list");
    write("c.yml", "seed: !!python/object:os.system x\n");
    assertThat(problems("c"))
        .contains("c.yml:1: tag !!python/object:os.system is not allowed in a configuration");
    write("c2.yml", TestConfig.text("seed: !secret 5"));
    assertThat(problems("c2")).isEqualTo("c2.yml:1: tag !secret is not allowed in a configuration");
    write("d.yml", "[a]: 1\n");
    assertThat(problems("d"))
        .contains("d.yml:1: expected a name before ':', found a list or mapping");
    Files.write(directory.resolve("e.yml"), new byte[] {(byte) 0xff, (byte) 0xfe, 'a'});
    assertThat(problems("e")).isEqualTo("e.yml: not UTF-8 text");
  }

  @Test
  void stopsAtAliasesThatUnfoldWithoutEnd() throws IOException {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 5; i++) {
      String alias = "*a" + (i - 1);
      String items = String.join(", ", java.util.Collections.nCopies(10, alias));
      text.append("a%d: &a%d [%s]\n".formatted(i, i, items));
    }
    write("a.yml", text.toString());
    assertThat(problems("a"))
        .isEqualTo("a.yml:1: not valid YAML: too many values, or a value that contains itself");
    write("b.yml", "a: &a [1, *a]\n");
    assertThat(problems("b"))
        .isEqualTo("b.yml:1: not valid YAML: too many values, or a value that contains itself");
  }

  @Test
  void anEmptyFileSaysNothing() throws IOException {
    write("a.yml", TestConfig.text("seed: 5"));
    write("b.yml", "# only a comment\n");
    assertThat(ConfigLoader.load(source(Map.of(), "a", "b")).data().seed()).isEqualTo(5);
  }

  @Test
  void overridesWinOverFiles() throws IOException {
    write("a.yml", TestConfig.text("train_iters: 1\nsplit: '1,0,0'"));
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("train-iters", "50");
    overrides.put("optimizer.params.lr", "1e-5");
    overrides.put("optimizer.params.betas", "[0.8, 0.9]");
    overrides.put("bf16.enabled", "yes");
    overrides.put("extra_save_iters", "[0, 7]");
    NeoxConfig config = ConfigLoader.load(source(overrides, "a"));
    assertThat(config.batch().trainIters()).isEqualTo(50);
    assertThat(config.optimizer().learningRate()).isEqualTo(1e-5);
    assertThat(config.optimizer().rule()).isEqualTo(new OptimizerRule.Adam(0.8, 0.9, 1e-8));
    assertThat(config.precision()).isEqualTo(Precision.BFLOAT16);
    assertThat(config.checkpoint().extraIters()).containsExactly(0L, 7L);
    assertThat(config.data().split()).isEqualTo("1,0,0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fp16: {enabled: true}|precision=bfloat16",
        "fp16: {enabled: true}|precision=fp32",
        "fp16: {enabled: true}|bf16.enabled=true",
        "fp16: {enabled: true}|fp16.enabled=false",
        "precision: fp16|bf16.enabled=true",
        "bf16: {enabled: true}|precision=fp32",
        "train_epochs: 3|train_iters=5",
        "train_iters: 3|train_epochs=5",
        "intermediate_size: 64|expansion_factor=2",
        "expansion_factor: 2|intermediate_size=64",
        "train_data_paths: [a]\\nvalid_data_paths: [a]\\ntest_data_paths: [a]\\ntrain_data_weights: [1]|data_path=b",
      })
  void overridesWinOverOtherKeysThatSayTheSame(String lines, String override) throws IOException {
    write("a.yml", TestConfig.text(lines.replace("\\n", "\n")));
    Map<String, String> overrides = ConfigSource.overrides(List.of(override));
    LoadedConfig loaded = ConfigLoader.read(source(overrides, "a"));
    write("b.yml", loaded.effectiveYaml());
    assertThat(ConfigLoader.load(source(Map.of(), "b"))).isEqualTo(loaded.config());
  }

  @Test
  void anOverrideThatIsNotYamlIsReported() throws IOException {
    write("a.yml", TestConfig.text("seed: 5"));
    assertThat(problems(Map.of("extra_save_iters", "[1"), "a"))
        .startsWith("--set: extra_save_iters: not valid YAML: ");
  }

  @Test
  void saysWhereEachValueOfTheEffectiveConfigurationComesFrom() throws IOException {
    write("a.yml", TestConfig.text("seed: 5"));
    String yaml = ConfigLoader.read(source(Map.of("log_interval", "2"), "a")).effectiveYaml();
    assertThat(yaml.replace(directory + "/", "").lines().map(l -> l.replaceAll(" +#", " #")))
        .contains(
            "seed: 5 # a.yml:1",
            "log_interval: 2 # --set",
            "train_batch_size: 4 # derived",
            "optimizer:",
            "  type: \"adam\" # a.yml:9",
            "    lr: 0.001 # a.yml:9",
            "    eps: 1.0e-8 # derived",
            "num_kv_heads: 4 # derived",
            "lr_decay_iters: 100 # derived",
            "merge_file: null # default",
            "norm: layernorm # default",
            "# Model");
  }

  @Test
  void asksForAFile() {
    assertThatThrownBy(() -> ConfigLoader.load(ConfigSource.of()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "no configuration given; name one or more .yml files, such as: -d configs demo");
  }
}
