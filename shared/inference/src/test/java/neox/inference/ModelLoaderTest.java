package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.Precision;
import neox.inference.load.LoadOptions;
import neox.inference.load.LoadedModel;
import neox.inference.load.ModelLoader;
import neox.tensor.NativeRuntime;
import neox.tokenizer.special.TextBounds;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.neox.EmaFile;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.Reading.Weights;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelLoaderTest {
  private static final int[] PROMPT = Pythia.expected("greedy_prompt");
  private static final int[] EXPECTED = Pythia.expected("greedy_40");

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static LoadedConfig config() throws IOException {
    return ConfigLoader.readCheckpoint(Pythia.golden("pythia/checkpoint/global_step20/configs"));
  }

  private static void assertSpeaks(LoadedModel loaded) {
    assertThat(Continuations.greedy(loaded.model(), PROMPT, 40)).isEqualTo(EXPECTED);
    assertThat(loaded.tokenizer().encode("ab")).containsExactly(97, 98);
    assertThat(loaded.config().hiddenSize()).isEqualTo(64);
  }

  @Test
  void opensADirectoryOfCheckpointsAndOneCheckpoint() throws IOException {
    Path step = Pythia.checkpoint().resolve("global_step20");
    for (Path directory : new Path[] {Pythia.checkpoint(), step}) {
      try (LoadedModel loaded = ModelLoader.open(directory, LoadOptions.defaults())) {
        assertSpeaks(loaded);
        assertThat(loaded.source()).isEqualTo(step);
        assertThat(loaded.iteration()).isEqualTo(20);
      }
    }
  }

  @Test
  void opensAHuggingFaceDirectoryWithTheTokenizerOfAConfiguration() throws IOException {
    LoadOptions options = LoadOptions.defaults().withConfig(config());
    try (LoadedModel loaded = ModelLoader.open(Pythia.golden("pythia/hf"), options)) {
      assertSpeaks(loaded);
      assertThat(loaded.iteration()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void computesInThePrecisionAskedFor(Precision precision) throws IOException {
    LoadOptions options = LoadOptions.defaults().withPrecision(precision);
    try (LoadedModel loaded = ModelLoader.open(Pythia.checkpoint(), options)) {
      assertThat(Continuations.greedy(loaded.model(), PROMPT, 3)).hasSize(3);
    }
  }

  /// An average that is the weights speaks as they do; with a head of zeros every token is as
  /// likely, and the first is taken.
  @Test
  void computesWithTheAverageOfTheWeightsWhereItIsAskedFor(@TempDir Path directory)
      throws IOException {
    Path golden = Pythia.checkpoint().resolve("global_step20");
    Path step = directory.resolve("global_step20");
    Files.createDirectories(step.resolve("configs"));
    try (var files = Files.walk(golden)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, step.resolve(golden.relativize(file).toString()));
      }
    }
    LoadOptions options = LoadOptions.defaults().withWeights(Weights.EMA);
    try (NeoxCheckpoint weights = NeoxCheckpoint.open(golden, OptionalLong.empty())) {
      List<NamedTensor> averages = new ArrayList<>();
      weights.names().forEach(name -> averages.add(NamedTensor.of(name, weights.view(name))));
      EmaFile.write(step, averages);
      try (LoadedModel loaded = ModelLoader.open(step, options)) {
        assertSpeaks(loaded);
      }
      NamedTensor head = averages.removeLast();
      assertThat(head.name()).endsWith("final_linear.weight");
      TensorView zeros =
          new TensorView(
              head.dtype(), head.shape(), Floats.allocate(head.dtype(), head.shape().count()));
      averages.add(NamedTensor.of(head.name(), zeros));
      EmaFile.write(step, averages);
    }
    try (LoadedModel loaded = ModelLoader.open(step, options)) {
      assertThat(Continuations.greedy(loaded.model(), PROMPT, 3)).containsExactly(0, 0, 0);
    }
    try (LoadedModel loaded = ModelLoader.open(step, LoadOptions.defaults())) {
      assertSpeaks(loaded);
    }
    assertThatThrownBy(() -> ModelLoader.open(golden, options))
        .hasMessage(
            "%s: no average of the weights (neox_ema.safetensors); training keeps one with"
                + " ema.enable: true",
            golden);
    Path hf = Pythia.golden("pythia/hf");
    assertThatThrownBy(() -> ModelLoader.open(hf, options))
        .hasMessage(
            "%s: a Hugging Face directory holds the weights of the model alone; leave --ema out",
            hf);
  }

  @Test
  void textsOfAHuggingFaceDirectoryEndWhereItSays(@TempDir Path directory) throws IOException {
    LoadOptions options = LoadOptions.defaults().withConfig(config());
    Path golden = Pythia.golden("pythia/hf");
    try (LoadedModel loaded = ModelLoader.open(golden, options)) {
      TextBounds own = TextBounds.ofDocuments(loaded.tokenizer());
      assertThat(loaded.bounds().prefix()).isEqualTo(own.prefix());
      assertThat(loaded.bounds().stops()).isEqualTo(own.stops());
    }
    Path copy = Files.createDirectory(directory.resolve("hf"));
    try (var files = Files.list(golden)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    Files.writeString(copy.resolve("generation_config.json"), "{\"eos_token_id\": [101, 116]}");
    try (LoadedModel loaded = ModelLoader.open(copy, options)) {
      assertThat(loaded.bounds().stops()).containsExactly(101, 116);
    }
  }

  @Test
  void takesTheConfigurationGivenWhenTheCheckpointHasNone(@TempDir Path directory)
      throws IOException {
    Path step = Files.createDirectory(directory.resolve("global_step7"));
    try (var files = Files.list(Pythia.golden("pythia/checkpoint/global_step20"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, step.resolve(file.getFileName().toString()));
      }
    }
    assertThatThrownBy(() -> ModelLoader.open(step, LoadOptions.defaults()))
        .isInstanceOf(UserException.class)
        .hasMessage("%s: no configs directory in it; name the run's configuration files", step);
    LoadOptions options = LoadOptions.defaults().withConfig(config());
    try (LoadedModel loaded = ModelLoader.open(step, options)) {
      assertSpeaks(loaded);
      assertThat(loaded.iteration()).isEqualTo(7);
    }
  }

  @Test
  void refusesAConfigurationOfAnotherNetworkUnlessItIsOverridden() throws IOException {
    Path configs = Pythia.golden("pythia/checkpoint/global_step20/configs");
    LoadedConfig other =
        ConfigLoader.readModel(
            new ConfigSource(
                Optional.empty(),
                List.of(configs.resolve("config.yml")),
                Map.of("rotary_emb_base", "500000")));
    LoadOptions options = LoadOptions.defaults().withConfig(other);
    String refusal = "--set: rotary_emb_base is 500000, but the weights were trained with 10000 (";
    assertThatThrownBy(() -> ModelLoader.open(Pythia.checkpoint(), options))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(refusal + configs);
    Path hf = Pythia.golden("pythia/hf");
    assertThatThrownBy(() -> ModelLoader.open(hf, options))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(refusal + hf.resolve("config.json") + "); set it back, or give");
    LoadOptions overridden =
        new LoadOptions(options.precision(), "cpu", OptionalLong.empty(), options.config(), true);
    try (LoadedModel loaded = ModelLoader.open(Pythia.checkpoint(), overridden)) {
      assertThat(loaded.config()).isEqualTo(other.config().model());
    }
  }

  @Test
  void refusesASoftPromptThatTheCheckpointHasNot() throws IOException {
    refuses(
        Map.of("soft_prompt_tuning.enabled", "true", "soft_prompt_tuning.num_tokens", "5"),
        ": has no soft prompt, but soft_prompt_tuning.enabled asks for one; expected a checkpoint"
            + " of neox-train with it, or set soft_prompt_tuning.enabled to false");
  }

  /// Whatever the checkpoint holds: such a model has no next token.
  @Test
  void refusesARewardModel() throws IOException {
    refuses(
        Map.of("train_impl", "rm"),
        ": is a reward model (train_impl rm): it says how good a text is, not what comes next;"
            + " expected a language model");
  }

  private static void refuses(Map<String, String> settings, String message) throws IOException {
    Path step = Pythia.checkpoint().resolve("global_step20");
    ConfigSource source =
        new ConfigSource(
            Optional.empty(), List.of(step.resolve("configs").resolve("config.yml")), settings);
    LoadOptions options = LoadOptions.defaults().withConfig(ConfigLoader.readModel(source));
    assertThatThrownBy(() -> ModelLoader.open(step, options))
        .isInstanceOf(UserException.class)
        .hasMessage(step + message);
  }

  /// transformers loads a model whose tokenizer has got a token for padding, without a row for it.
  @Test
  void addedTokensNeedNoRowsOfTheEmbedding(@TempDir Path directory) throws IOException {
    copyHuggingFace(directory);
    writeTokenizer(directory, 512, "<pad>");
    try (LoadedModel loaded = ModelLoader.open(directory, LoadOptions.defaults())) {
      int[] padded = loaded.tokenizer().encode("t97 t98<pad>");
      assertThat(padded).containsExactly(97, 98, 512);
      assertThat(Continuations.greedy(loaded.model(), PROMPT, 40)).isEqualTo(EXPECTED);
      assertThatThrownBy(() -> Continuations.greedy(loaded.model(), padded, 1))
          .isInstanceOf(UserException.class)
          .hasMessage("token 512 is not in the model's vocabulary of 512; is this its tokenizer?");
    }
    writeTokenizer(directory, 513, "<pad>");
    assertThatThrownBy(() -> ModelLoader.open(directory, LoadOptions.defaults()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s: the tokenizer has 514 tokens, the model's embedding 512 rows; this is not its"
                + " tokenizer",
            directory);
  }

  private static void copyHuggingFace(Path directory) throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Pythia.golden("pythia/hf").resolve(name), directory.resolve(name));
    }
  }

  /// Words `t0`, `t1`, …, and one added token.
  private static void writeTokenizer(Path directory, int words, String added) throws IOException {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    for (int id = 0; id < words; id++) {
      vocab.put("t" + id, id);
    }
    Files.writeString(
        directory.resolve("tokenizer.json"),
        """
        {"added_tokens": [{"id": %d, "content": "%s", "special": true, "normalized": false,
          "single_word": false, "lstrip": false, "rstrip": false}],
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "model": {"type": "WordLevel", "unk_token": "t0", "vocab": %s}}
        """
            .formatted(words, added, Json.line(vocab)));
  }

  /// Recorded logits of transformers: their log-probabilities are those that we tell.
  @Test
  void computesEveryActivationOfTransformers(@TempDir Path directory) throws IOException {
    Path golden =
        Path.of("..", "..", "neox-convert-hf", "src", "test", "resources", "golden")
            .resolve("transformers");
    JsonNode recorded = Json.read(golden.resolve("activations.json"));
    Path model = golden.resolve("neox_parallel");
    Files.copy(model.resolve("model.safetensors"), directory.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) Json.read(model.resolve("config.json"));
    int[] tokens = Json.mapper().convertValue(recorded.get("tokens"), int[].class);
    for (var each : recorded.get("logits").properties()) {
      double[] expected = Json.mapper().convertValue(each.getValue(), double[].class);
      double total = Math.log(Arrays.stream(expected).map(Math::exp).sum());
      Files.writeString(
          directory.resolve("config.json"), Json.pretty(config.put("hidden_act", each.getKey())));
      try (LanguageModel network =
          new NetworkLanguageModel(
              ModelLoader.network(directory, LoadOptions.defaults(), UnaryOperator.identity()))) {
        List<ScoreRequest> all =
            IntStream.range(0, expected.length)
                .mapToObj(id -> new ScoreRequest(tokens, new int[] {id}))
                .toList();
        List<Score> scores = network.score(all, 8);
        for (int id = 0; id < expected.length; id++) {
          assertThat(scores.get(id).logLikelihood())
              .as("%s, token %d", each.getKey(), id)
              .isCloseTo(expected[id] - total, within(1e-5)); // float32, other orders of sums
        }
      }
    }
  }

  @Test
  void refusesWhatItCannotOpenInOneLine(@TempDir Path directory) {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> ModelLoader.open(absent, LoadOptions.defaults()))
        .isInstanceOf(UserException.class)
        .hasMessage("%s: no such directory; expected a checkpoint or a model", absent);
    Path hf = Pythia.golden("pythia/hf");
    assertThatThrownBy(
            () -> ModelLoader.open(hf, LoadOptions.defaults().withIteration(OptionalLong.of(3))))
        .hasMessage("%s: a Hugging Face directory has no iterations; leave --iteration out", hf);
    assertThatThrownBy(() -> ModelLoader.open(hf, LoadOptions.defaults()))
        .hasMessage(
            "%s: no tokenizer in it; expected tokenizer.json, vocab.json with merges.txt, or"
                + " tokenizer.model, or name a configuration with tokenizer_type",
            hf);
    assertThatThrownBy(
            () -> ModelLoader.open(Pythia.checkpoint(), LoadOptions.defaults().withDevice("gpu")))
        .isInstanceOf(UserException.class)
        .hasMessage("device 'gpu': expected cpu, cuda or cuda:N (N from 0)");
  }

  @Test
  void defaultsToTheLatestInFloat32OnTheCpu() {
    assertThat(LoadOptions.defaults())
        .isEqualTo(
            new LoadOptions(Precision.FP32, "cpu", OptionalLong.empty(), Optional.empty(), false));
  }
}
