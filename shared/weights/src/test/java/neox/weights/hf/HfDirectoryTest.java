package neox.weights.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.safetensors.SafetensorsDirectory;
import neox.weights.safetensors.SafetensorsWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which file, name and setting of a directory counts, as transformers 5.18 does it.
class HfDirectoryTest {
  private static final String NORM = "gpt_neox.final_layer_norm.bias";
  private static final String WORDS = "gpt_neox.embed_in.weight";
  private static final String HEAD = "embed_out.weight";

  @TempDir Path directory;

  private final Map<String, TensorView> tensors = new LinkedHashMap<>();

  @BeforeEach
  void makeModel() throws IOException {
    ModelConfig model = Models.pythia();
    Path source = Files.createDirectory(directory.resolve("source"));
    try (NeoxCheckpoint checkpoint =
        NeoxCheckpoint.open(Golden.path("checkpoints/A_bf16"), OptionalLong.of(20))) {
      HfDirectories.write(source, HfFamily.of(model), model, checkpoint);
    }
    Files.move(source.resolve("config.json"), config());
    try (SafetensorsDirectory store = SafetensorsDirectory.open(source)) {
      for (String name : store.names()) {
        TensorView view = store.view(name);
        MemorySegment copy = MemorySegment.ofArray(Golden.bytes(view));
        tensors.put(name, new TensorView(view.dtype(), view.shape(), copy));
      }
    }
  }

  private Path config() {
    return directory.resolve("config.json");
  }

  private void set(String key, Object value) throws IOException {
    ObjectNode json = (ObjectNode) Json.read(config());
    json.set(key, Json.mapper().valueToTree(value));
    Files.writeString(config(), Json.pretty(json));
  }

  /// The same tensors with the values of one of them replaced by a mark.
  private Map<String, TensorView> marked(int mark) {
    Map<String, TensorView> copy = new LinkedHashMap<>(tensors);
    copy.put(NORM, filled(NORM, mark));
    return copy;
  }

  private TensorView filled(String name, int value) {
    TensorView view = view(name);
    byte[] bytes = new byte[(int) view.bytes().byteSize()];
    Arrays.fill(bytes, (byte) value);
    return new TensorView(view.dtype(), view.shape(), MemorySegment.ofArray(bytes));
  }

  private TensorView view(String name) {
    TensorView view = tensors.get(name);
    if (view == null) {
      throw new AssertionError("no " + name);
    }
    return view;
  }

  private void writeWhole(Map<String, TensorView> content) throws IOException {
    safetensors("model.safetensors", content);
  }

  private void safetensors(String file, Map<String, TensorView> content) throws IOException {
    List<NamedTensor> named = new ArrayList<>();
    content.forEach((name, view) -> named.add(NamedTensor.of(name, view)));
    SafetensorsWriter.writeFile(directory.resolve(file), named, SafetensorsWriter.PYTORCH);
  }

  private void torch(String file, Map<String, TensorView> content) throws IOException {
    TorchFileWriter.write(directory.resolve(file), content);
  }

  private void index(String file, String shard) throws IOException {
    Map<String, String> map = new LinkedHashMap<>();
    tensors.keySet().forEach(name -> map.put(name, shard));
    Files.writeString(directory.resolve(file), Json.pretty(Map.of("weight_map", map)));
  }

  private Map<String, TensorView> renamed(UnaryOperator<String> change) {
    Map<String, TensorView> content = new LinkedHashMap<>();
    tensors.forEach((name, view) -> content.put(change.apply(name), view));
    return content;
  }

  /// The first byte of the tensor that carries the mark.
  private int mark() throws IOException {
    try (HfModel model = HfModel.open(directory)) {
      return Golden.bytes(model.view("6.norm.bias"))[0];
    }
  }

  private void assertReadsAll() throws IOException {
    try (HfModel model = HfModel.open(directory)) {
      assertThat(model.names()).hasSize(40);
      assertThat(Golden.bytes(model.view("0.word_embeddings.weight")))
          .isEqualTo(Golden.bytes(view(WORDS)));
      assertThat(Golden.bytes(model.view("7.final_linear.weight")))
          .isEqualTo(Golden.bytes(view(HEAD)));
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> HfModel.open(directory).close())
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @Test
  void theFirstOfFourFilesCountsInEverySubsetOfThem() throws IOException {
    List<Set<String>> groups =
        List.of(
            Set.of("model.safetensors"),
            Set.of("model.safetensors.index.json", "model-00001-of-00001.safetensors"),
            Set.of("pytorch_model.bin"),
            Set.of("pytorch_model.bin.index.json", "pytorch_model-00001-of-00001.bin"));
    writeWhole(marked(1));
    index("model.safetensors.index.json", "model-00001-of-00001.safetensors");
    safetensors("model-00001-of-00001.safetensors", marked(2));
    torch("pytorch_model.bin", marked(3));
    index("pytorch_model.bin.index.json", "pytorch_model-00001-of-00001.bin");
    torch("pytorch_model-00001-of-00001.bin", marked(4));
    Path aside = Files.createDirectory(directory.resolve("aside"));
    for (int subset = 1; subset < 16; subset++) {
      for (int group = 0; group < groups.size(); group++) {
        boolean there = (subset & (1 << group)) != 0;
        for (String file : groups.get(group)) {
          Path inside = directory.resolve(file);
          Path outside = aside.resolve(file);
          if (there && Files.exists(outside)) {
            Files.move(outside, inside);
          } else if (!there && Files.exists(inside)) {
            Files.move(inside, outside);
          }
        }
      }
      assertThat(mark())
          .as("subset %d", subset)
          .isEqualTo(Integer.numberOfTrailingZeros(subset) + 1);
    }
  }

  @Test
  void readsEveryNameThatTransformersReads() throws IOException {
    writeWhole(renamed(name -> name.equals(HEAD) ? "lm_head.weight" : name));
    assertReadsAll();
    writeWhole(renamed(name -> name.equals(HEAD) ? "gpt_neox.lm_head.weight" : name));
    assertReadsAll();
    writeWhole(renamed(name -> name.replaceFirst("^gpt_neox\\.", "")));
    assertReadsAll();
    Map<String, TensorView> buffers = new LinkedHashMap<>(tensors);
    for (String name : List.of("attention.bias", "attention.masked_bias", "rotary_emb.inv_freq")) {
      buffers.put("gpt_neox.layers.0." + name, view(NORM));
      buffers.put("layers.1." + name, view(NORM));
    }
    writeWhole(buffers);
    assertReadsAll();
  }

  @Test
  void refusesOneTensorUnderTwoNamesAndHeadlessExports() throws IOException {
    Map<String, TensorView> twice = new LinkedHashMap<>(tensors);
    twice.put("final_layer_norm.bias", view(NORM));
    writeWhole(twice);
    assertThatThrownBy(() -> HfModel.open(directory).close())
        .hasMessageContaining("final_layer_norm.bias and ")
        .hasMessageEndingWith(" are the same tensor; expected one of them");
    Map<String, TensorView> headless = new LinkedHashMap<>(tensors);
    headless.remove(HEAD);
    writeWhole(headless);
    assertRefused(directory + ": tensor embed_out.weight is missing");
  }

  @Test
  void aTiedHeadMayBeThereOrNotOrBeTheOnlyOne() throws IOException {
    set("tie_word_embeddings", true);
    Map<String, TensorView> content = new LinkedHashMap<>(tensors);
    content.remove(HEAD);
    writeWhole(content);
    assertTied();
    content.put("lm_head.weight", view(WORDS));
    writeWhole(content);
    assertTied();
    content.remove(WORDS);
    writeWhole(content);
    assertTied();
    writeWhole(tensors);
    assertRefused(
        directory
            + ": embed_out.weight differs from gpt_neox.embed_in.weight, though"
            + " tie_word_embeddings says that they are one; set it to false in config.json if they"
            + " are not");
  }

  private void assertTied() throws IOException {
    try (HfModel model = HfModel.open(directory)) {
      assertThat(model.names()).hasSize(39);
      assertThat(Golden.bytes(model.view("0.word_embeddings.weight")))
          .isEqualTo(Golden.bytes(view(WORDS)));
    }
  }

  @Test
  void readsTensorsOfSeveralTypesAndRefusesThoseThatAreNoNumbers() throws IOException {
    Map<String, TensorView> mixed = new LinkedHashMap<>(tensors);
    TensorView norm = view(NORM);
    Shape shape = norm.shape();
    byte[] zeros = new byte[(int) shape.count() * 4];
    mixed.put(NORM, new TensorView(DType.FLOAT32, shape, MemorySegment.ofArray(zeros)));
    writeWhole(mixed);
    assertThat(mark()).isZero();
    mixed.put(NORM, new TensorView(DType.INT32, shape, MemorySegment.ofArray(zeros)));
    writeWhole(mixed);
    assertRefused(
        directory + ": gpt_neox.final_layer_norm.bias is INT32; expected a floating-point type");
  }

  @Test
  void namesFilesThatAreNotWhatTheyAreCalled() throws IOException {
    writeWhole(tensors);
    Files.writeString(config(), "version https://git-lfs.github.com/spec/v1\n");
    assertRefused(
        config()
            + ": is a pointer of Git LFS, not the file itself; run 'git lfs pull' in its"
            + " directory");
    Files.writeString(config(), "[]");
    assertRefused(config() + ": is not a JSON object; expected a model's configuration");
    makeConfigAgain();
    for (String file : List.of("pytorch_model.bin", "model.safetensors.index.json")) {
      Files.deleteIfExists(directory.resolve("model.safetensors"));
      Path page = Files.writeString(directory.resolve(file), "<!doctype html>");
      assertRefused(page + ": is a web page, not the file itself; download it again");
      Files.delete(page);
    }
  }

  private void makeConfigAgain() throws IOException {
    HfConfig config = new HfConfig(HfFamily.of(Models.pythia()), Models.pythia(), 512);
    Map<String, Object> json = config.toJson(DType.BFLOAT16, HfDirectories.TOKENS);
    json.keySet().removeAll(Set.of("rope_parameters", "rope_theta", "partial_rotary_factor"));
    Files.writeString(config(), Json.pretty(json));
  }

  @Test
  void saysWhatIsThereInsteadOfWeights() throws IOException {
    String nothing =
        directory + ": no weights; expected model.safetensors, its index, or pytorch_model.bin";
    assertRefused(nothing);
    Map<String, String> found =
        Map.of(
            "model-00002-of-00003.safetensors", "one of several files, without their index.json",
            "adapter_model.safetensors", "an adapter; merge it into its model first",
            "tiny.Q4_K_M.gguf", "llama.cpp's format",
            "tf_model.h5", "TensorFlow's format",
            "model.safetensors.incomplete", "a download that was broken off");
    for (Map.Entry<String, String> file : found.entrySet()) {
      Path path = Files.createFile(directory.resolve(file.getKey()));
      assertRefused(nothing + "; found " + file.getKey() + ", " + file.getValue());
      Files.delete(path);
    }
  }

  @Test
  void refusesConfigurationsOfOtherWeights() throws IOException {
    writeWhole(tensors);
    set("quantization_config", Map.of("quant_method", "gptq"));
    assertRefused(
        config()
            + ": quantization_config: quantized weights are not supported; take the model as it was"
            + " before");
    set("quantization_config", Json.mapper().nullNode());
    set("transformers_weights", "other.safetensors");
    assertThatThrownBy(() -> HfModel.open(directory).close())
        .hasMessageStartingWith(config() + ": transformers_weights names the file to read");
    set("transformers_weights", Json.mapper().nullNode());
    assertReadsAll();
  }

  @Test
  void numbersThatAreNoneAreRefused() throws IOException {
    for (String key : List.of("layer_norm_eps", "rotary_pct", "hidden_dropout")) {
      for (Object value : List.of(Double.NaN, Double.POSITIVE_INFINITY, "1e-5", -1, List.of(1))) {
        makeConfigAgain();
        set(key, value);
        assertThatThrownBy(() -> HfConfig.read(directory))
            .as("%s: %s", key, value)
            .isInstanceOf(UserException.class)
            .message()
            .startsWith(config() + ": " + key + " is ")
            .endsWith("; expected a number that is at least 0")
            .hasLineCount(1);
      }
    }
    for (Object value : List.of(1L << 40, 2.5, 0, "64", true)) {
      makeConfigAgain();
      set("hidden_size", value);
      assertThatThrownBy(() -> HfConfig.read(directory))
          .as("%s", value)
          .hasMessageContaining(config() + ": hidden_size is ")
          .hasMessageContaining("; expected a whole number above 0");
    }
  }

  @Test
  void hugeNetworksAreRefusedNotComputed() throws IOException {
    writeWhole(tensors);
    set("hidden_size", 2147483644);
    set("intermediate_size", 2147483647);
    set("vocab_size", 2147483647);
    assertThatThrownBy(() -> HfModel.open(directory).close())
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(directory.toString());
    makeConfigAgain();
    set("num_hidden_layers", 2147483647);
    assertThatThrownBy(() -> HfModel.open(directory).close())
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(config() + ": num_hidden_layers is 2147483647; ");
  }

  @Test
  void rotarySettingsMeanWhatTransformersMakesOfThemOrAreRefused() throws IOException {
    int equal = 0;
    for (String line : Files.readAllLines(Golden.path("hf-config/rope.jsonl"))) {
      JsonNode row = Json.parse(line, "rope.jsonl");
      ObjectNode json = Json.mapper().createObjectNode();
      json.put("model_type", row.path("family").asText()).put("hidden_size", 64);
      json.put("num_attention_heads", 4).put("num_key_value_heads", 4).put("num_hidden_layers", 1);
      row.path("settings").properties().forEach(e -> json.set(e.getKey(), e.getValue()));
      Files.writeString(config(), Json.pretty(json));
      JsonNode expected = row.path("transformers");
      try {
        Positions positions = HfConfig.read(directory).model().positions();
        RotaryScaling scaling =
            switch (expected.path("type").asText()) {
              case "default" -> new RotaryScaling.None();
              case "linear" -> new RotaryScaling.Linear(2);
              default -> throw new AssertionError(line);
            };
        assertThat(positions)
            .as(line)
            .isEqualTo(
                new Positions.Rotary(
                    expected.path("fraction").asDouble(), expected.path("theta").asInt(), scaling));
        equal++;
      } catch (UserException e) {
        assertThat(String.valueOf(e.getMessage()).lines())
            .as(line)
            .allMatch(problem -> problem.startsWith(config() + ": "));
      }
    }
    assertThat(equal).isEqualTo(EQUAL);
  }

  /// Of 69; the others have a type of scaling, or a name that the family does not read.
  private static final int EQUAL = 38;
}
