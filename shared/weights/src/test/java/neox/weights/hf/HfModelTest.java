package neox.weights.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import neox.base.json.Json;
import neox.config.model.Activation;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.TensorView;
import neox.weights.hf.HfConfig.SpecialTokens;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.safetensors.SafetensorsDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HfModelTest {
  private static final SpecialTokens TOKENS =
      new SpecialTokens(OptionalInt.empty(), OptionalInt.of(0), OptionalInt.empty());

  @TempDir Path directory;

  private final ModelConfig model = Models.pythia();

  @BeforeEach
  void writeModel() throws IOException {
    try (NeoxCheckpoint checkpoint = checkpoint()) {
      HfDirectories.write(directory, HfFamily.of(model), model, checkpoint);
    }
  }

  @Test
  void readsShardedWeightsUnderNeoxsNames() throws IOException {
    try (HfModel hf = HfModel.open(directory);
        NeoxCheckpoint checkpoint = checkpoint()) {
      assertThat(hf.names()).isEqualTo(checkpoint.names());
      for (String name : hf.names()) {
        assertThat(Golden.bytes(hf.view(name)))
            .as(name)
            .isEqualTo(Golden.bytes(checkpoint.view(name)));
      }
      assertThat(hf.paddedVocab()).isEqualTo(512);
    }
  }

  @Test
  void readsTorchFilesAndSkipsTheBuffersOfOlderExports() throws IOException {
    Path old = Files.createDirectory(directory.resolve("old"));
    Files.copy(directory.resolve("config.json"), old.resolve("config.json"));
    Map<String, Object> weights = new LinkedHashMap<>();
    try (SafetensorsDirectory source = SafetensorsDirectory.open(directory)) {
      source.names().forEach(name -> weights.put(name, source.view(name)));
      TensorView buffer = source.view("gpt_neox.final_layer_norm.bias");
      weights.put("gpt_neox.layers.0.attention.masked_bias", buffer);
      weights.put("gpt_neox.layers.0.attention.rotary_emb.inv_freq", buffer);
      TorchFileWriter.write(old.resolve("pytorch_model.bin"), weights);
    }
    try (HfModel fromTorch = HfModel.open(old);
        HfModel fromSafetensors = HfModel.open(directory)) {
      assertThat(fromTorch.names()).isEqualTo(fromSafetensors.names()).hasSize(40);
      assertThat(Golden.bytes(fromTorch.view("4.mlp.linear2.weight")))
          .isEqualTo(Golden.bytes(fromSafetensors.view("4.mlp.linear2.weight")));
    }
  }

  @Test
  void configurationSurvivesTheRoundTrip() throws IOException {
    ModelConfig read = HfConfig.read(directory).model();
    assertThat(read.layers()).isEqualTo(3);
    assertThat(read.positions()).isEqualTo(new Positions.Rotary(0.25, 10000));
    assertThat(read.head().tied()).isFalse();
    TransformerConfig block = read.transformers().getFirst();
    assertThat(block.mlp()).isEqualTo(new MlpConfig(Activation.GELU, false, 256, true));
    assertThat(block.residual()).isEqualTo(Residual.PARALLEL);
    assertThat(Json.read(directory.resolve("config.json")).path("torch_dtype").asText())
        .isEqualTo("bfloat16");
  }

  @Test
  void readsRotarySettingsOfTransformers5() throws IOException {
    ObjectNode json = config();
    json.remove(List.of("rotary_pct", "rotary_emb_base"));
    ObjectNode rope = json.putObject("rope_parameters");
    rope.put("rope_type", "default").put("partial_rotary_factor", 0.5).put("rope_theta", 500);
    writeConfig(json);
    assertThat(HfConfig.read(directory).model().positions())
        .isEqualTo(new Positions.Rotary(0.5, 500));
    rope.put("rope_type", "longrope");
    writeConfig(json);
    assertThatThrownBy(() -> HfConfig.read(directory))
        .hasMessage(
            directory.resolve("config.json")
                + ": rope_parameters of type 'longrope' is not supported; expected linear, yarn, llama3 or none");
  }

  @ParameterizedTest
  @CsvSource({
    "gelu_python, GELU, false",
    "gelu_new, GELU, true",
    "gelu_fast, GELU, true",
    "gelu_pytorch_tanh, GELU, true",
    "gelu_python_tanh, GELU, true",
    "gelu_accurate, GELU, true",
    "relu, RELU, false",
    "silu, SILU, false",
    "swish, SWISH, false",
    "mish, MISH, false"
  })
  void readsTheActivationsOfTransformers(String name, Activation activation, boolean tanhGelu)
      throws IOException {
    writeConfig(config().put("hidden_act", name));
    assertThat(HfConfig.read(directory).model().transformers().getFirst().mlp())
        .isEqualTo(new MlpConfig(activation, tanhGelu, 256, true));
  }

  @Test
  void refusesOtherModelsAndBadConfigurations() throws IOException {
    Path file = directory.resolve("config.json");
    writeConfig(config().put("model_type", "gpt2"));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(file + ": model_type is 'gpt2'; can be read: gpt_neox, llama, mistral");
    writeConfig(config().put("model_type", "gpt_neox").put("num_attention_heads", 5));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(file + ": hidden_size 64 is not divisible by num_attention_heads 5");
    writeConfig(config().put("num_attention_heads", "four"));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(file + ": num_attention_heads is \"four\"; expected a whole number above 0");
    writeConfig(config().put("num_attention_heads", 4).put("rotary_pct", 2));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(file + ": rotary fraction 2.0; expected 0 to 1");
    writeConfig(config().put("rotary_pct", 1).put("rotary_emb_base", 0.5));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(file + ": rotary base 0.5 is not a whole number");
    writeConfig(config().put("rotary_emb_base", 10000).put("rotary_pct", 0.2));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(
            file
                + ": rotary fraction 0.2 of a head of 16 dimensions rotates 3 of them; expected an"
                + " even number above 0");
    writeConfig(config().put("rotary_pct", 0));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessageContaining("rotates 0 of them; expected an even number above 0");
  }

  @Test
  void reportsAllThatIsWrongWithAConfigurationAtOnce() throws IOException {
    Path file = directory.resolve("config.json");
    ObjectNode json = config().put("hidden_size", 63).put("hidden_act", "relu6");
    writeConfig(json.put("attention_bias", "no").put("layer_norm_eps", -1));
    assertThatThrownBy(() -> HfConfig.read(directory))
        .message()
        .satisfies(message ->
            assertThat(message.lines())
                .containsExactlyInAnyOrder(
                    file + ": hidden_size 63 is not divisible by num_attention_heads 4",
                    file + ": attention_bias is \"no\"; expected true or false",
                    file
                        + ": hidden_act 'relu6' is not supported; expected gelu, gelu_new,"
                        + " gelu_fast, gelu_pytorch_tanh, relu, silu, swish or mish",
                    file + ": layer_norm_eps is -1; expected a number that is at least 0"));
  }

  @Test
  void namesMissingSurplusAndMisshapenTensors() throws IOException {
    writeConfig(config().put("intermediate_size", 128));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(
            directory
                + ": gpt_neox.layers.0.mlp.dense_h_to_4h.weight has shape [256, 64]; expected"
                + " [128, 64] by config.json");
    writeConfig(config().put("intermediate_size", 256).put("num_hidden_layers", 4));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(directory + ": tensor gpt_neox.layers.3.input_layernorm.weight is missing");
    writeConfig(config().put("num_hidden_layers", 2));
    assertThatThrownBy(() -> HfModel.open(directory))
        .hasMessage(
            directory
                + ": tensor gpt_neox.layers.2.input_layernorm.weight is not a parameter of"
                + " GPTNeoX");
  }

  @Test
  void refusesDirectoriesWithoutConfigurationOrWeights() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThatThrownBy(() -> HfModel.open(empty))
        .hasMessage(empty + ": not a Hugging Face model: no config.json in it");
    Files.copy(directory.resolve("config.json"), empty.resolve("config.json"));
    assertThatThrownBy(() -> HfModel.open(empty))
        .hasMessage(
            empty + ": no weights; expected model.safetensors, its index, or pytorch_model.bin");
  }

  @Test
  void saysThatThereIsNoBeginToken() {
    Map<String, Object> json = HfConfig.toJson(TOKENS);
    assertThat(Json.line(json))
        .isEqualTo("{\"bos_token_id\":null,\"eos_token_id\":0,\"pad_token_id\":null}");
  }

  private static NeoxCheckpoint checkpoint() throws IOException {
    return NeoxCheckpoint.open(Golden.path("checkpoints/A_bf16"), OptionalLong.of(20));
  }

  /// With the rotary settings where transformers 4 reads them alone.
  private ObjectNode config() throws IOException {
    ObjectNode config = (ObjectNode) Json.read(directory.resolve("config.json"));
    config.remove(List.of("rope_parameters", "rope_theta", "partial_rotary_factor"));
    return config;
  }

  private void writeConfig(Object json) throws IOException {
    Files.writeString(directory.resolve("config.json"), Json.pretty(json));
  }
}
