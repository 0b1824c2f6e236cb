package neox.weights.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import neox.base.json.Json;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.AttentionKind;
import neox.config.model.GmlpConfig;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.PromptConfig;
import neox.config.model.RotaryScaling;
import neox.config.model.TransformerConfig;
import neox.weights.CountedWeights;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.safetensors.SafetensorsDirectory;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HfFamilyTest {
  @TempDir Path directory;

  /// Networks that some family expresses.
  static List<ModelConfig> expressible() {
    ModelConfig pythia = Models.pythia();
    ModelConfig llama = Models.llama();
    ModelConfig allKeyHeads = llama.withDims(llama.dims().withKvHeads(4));
    return List.of(
        pythia,
        pythia.withHead(new HeadConfig(true)),
        withActivation(pythia, Activation.RELU),
        withActivation(pythia, Activation.SILU),
        withActivation(pythia, Activation.SWISH),
        withActivation(pythia, Activation.MISH),
        llama,
        allKeyHeads,
        llama.withHead(new HeadConfig(true)),
        llama.withTransformers(HfFamilyTest::withBiases),
        allKeyHeads.withTransformers(HfFamilyTest::withBiases),
        pythia.withPositions(new Positions.Rotary(0.25, 500, new RotaryScaling.Linear(2.5))),
        llama.withPositions(new Positions.Rotary(1, 10_000, new RotaryScaling.Yarn(4, 16))),
        llama.withPositions(
            new Positions.Rotary(1, 10_000, new RotaryScaling.Yarn(4, 16, 24, 2, 0.9))),
        llama.withPositions(new Positions.Rotary(1, 10_000, new RotaryScaling.Llama3(4, 16, 1, 4))),
        llama.withTransformers(HfFamilyTest::withWindow));
  }

  private static ModelConfig withActivation(ModelConfig model, Activation activation) {
    return model.withTransformers(b -> b.withMlp(b.mlp().withActivation(activation)));
  }

  private static TransformerConfig withBiases(TransformerConfig block) {
    return block
        .withMlp(block.mlp().withBias(true))
        .withAttention(Models.pythia().transformers().getFirst().attention());
  }

  private static TransformerConfig withWindow(TransformerConfig block) {
    return block.withAttention(block.attention().withWindow(OptionalInt.of(16)));
  }

  @ParameterizedTest
  @MethodSource("expressible")
  void whatIsWrittenIsReadBack(ModelConfig model) throws IOException {
    HfFamily family = HfFamily.of(model);
    assertThat(family.obstacles(model)).isEmpty();
    try (TensorStore weights = new CountedWeights(NetworkSpec.of(model, 512))) {
      HfDirectories.write(directory, family, model, weights);
      try (HfModel hf = HfModel.open(directory)) {
        assertThat(hf.family()).isEqualTo(family);
        assertThat(hf.names()).isEqualTo(weights.names());
        for (String name : weights.names()) {
          assertThat(hf.view(name).bytes().mismatch(weights.view(name).bytes()))
              .as(name)
              .isEqualTo(-1);
        }
        assertThat(architecture(hf.config())).isEqualTo(architecture(model));
      }
    }
  }

  /// What a network computes, without what is said about training and precision.
  private static ModelConfig architecture(ModelConfig model) {
    return model
        .withInit(Models.pythia().init())
        .withDims(Models.pythia().dims().withKvHeads(model.kvHeads()))
        .withTransformers(HfFamilyTest::withSoftmaxInFp32);
  }

  private static TransformerConfig withSoftmaxInFp32(TransformerConfig block) {
    AttentionConfig attention = block.attention();
    return block.withAttention(attention.withSoftmaxInFp32(true));
  }

  @Test
  void theLlamaThatNeoxsConverterMadeIsItsCheckpoint() throws IOException {
    ModelConfig model = Models.llama();
    try (NeoxCheckpoint checkpoint =
        NeoxCheckpoint.open(Golden.path("checkpoints/C_llama"), OptionalLong.of(20))) {
      HfDirectories.write(directory, HfFamily.of(model), checkpoint.config(), checkpoint);
      try (HfModel hf = HfModel.open(directory)) {
        assertThat(hf.names()).isEqualTo(checkpoint.names());
        for (String name : hf.names()) {
          assertThat(Golden.bytes(hf.view(name)))
              .as(name)
              .isEqualTo(Golden.bytes(checkpoint.view(name)));
        }
        assertThat(hf.config().kvHeads()).isEqualTo(2);
        assertThat(hf.config().norm()).isEqualTo(new Norm.RmsNorm(1e-6));
      }
    }
  }

  @Test
  void theSecondHalfOfLinear1IsTheGate() throws IOException {
    ModelConfig model = Models.llama();
    try (TensorStore neox = new CountedWeights(NetworkSpec.of(model, 512))) {
      HfDirectories.write(directory, new Llama(), model, neox);
      TensorView linear1 = neox.view("2.mlp.linear1.weight");
      try (TensorStore hf = SafetensorsDirectory.open(directory)) {
        assertThat(Golden.values(hf.view("model.layers.0.mlp.up_proj.weight")))
            .startsWith(Golden.values(linear1)[0]);
        assertThat(Golden.values(hf.view("model.layers.0.mlp.gate_proj.weight")))
            .startsWith(Golden.values(linear1)[192 * 64]);
      }
    }
  }

  @Test
  void headsThatHaveTheirOwnKeysAreTakenApart() throws IOException {
    ModelConfig model = Models.llama().withDims(Models.pythia().dims());
    try (TensorStore neox = new CountedWeights(NetworkSpec.of(model, 512))) {
      HfDirectories.write(directory, new Llama(), model, neox);
      double[] qkv = Golden.values(neox.view("3.attention.query_key_value.weight"));
      try (TensorStore hf = SafetensorsDirectory.open(directory)) {
        int part = 0;
        for (String name : List.of("q_proj", "k_proj", "v_proj")) {
          double[] rows = Golden.values(hf.view("model.layers.1.self_attn." + name + ".weight"));
          for (int head = 0; head < 4; head++) {
            assertThat(rows[head * 16 * 64]).isEqualTo(qkv[(head * 3 + part) * 16 * 64]);
          }
          part++;
        }
      }
    }
  }

  @Test
  void theFirstFamilyThatCanIsTakenElseTheNearest() {
    assertThat(HfFamily.of(Models.pythia()).label()).isEqualTo("GPTNeoX");
    assertThat(HfFamily.of(Models.llama()).label()).isEqualTo("Llama");
    assertThat(HfFamily.of(Models.llama().withTransformers(HfFamilyTest::withWindow)).label())
        .isEqualTo("Mistral");
    assertThat(HfFamily.of(Models.gpt3()).obstacles(Models.gpt3()))
        .containsExactly(
            "HF GPTNeoX has no learned positions (pos_emb: learned), only rotary ones");
    ModelConfig geglu = withActivation(Models.llama(), Activation.GEGLU);
    assertThat(HfFamily.of(geglu).obstacles(geglu))
        .containsExactly("HF Llama has a swiglu MLP, not activation: geglu");
  }

  @Test
  void listsEveryReasonWhyAFamilyCannotExpressANetwork() {
    assertThat(new GptNeox().obstacles(Models.pythia())).isEmpty();
    assertThat(new GptNeox().obstacles(Models.llama().withTransformers(HfFamilyTest::withWindow)))
        .containsExactly(
            "HF GPTNeoX has layernorm only, not norm: rmsnorm",
            "HF GPTNeoX has a plain MLP (gelu, relu, silu, swish, mish), not activation: swiglu",
            "HF GPTNeoX has as many key/value heads as query heads, not num_kv_heads: 2 of 4",
            "HF GPTNeoX has biases in the MLP, not use_bias_in_mlp: false",
            "HF GPTNeoX has no sliding window, not sliding_window_width: 16");
    assertThat(new Llama().obstacles(Models.pythia()))
        .containsExactly(
            "HF Llama rotates whole heads, not rotary_pct: 0.25",
            "HF Llama has rmsnorm only, not norm: layernorm",
            "HF Llama adds attention before the MLP, not gpt_j_residual: true",
            "HF Llama has a swiglu MLP, not activation: gelu");
    assertThat(new Llama().obstacles(Models.llama().withTransformers(HfFamilyTest::withWindow)))
        .containsExactly("HF Llama has no sliding window, not sliding_window_width: 16");
    assertThat(new Mistral().obstacles(Models.llama().withTransformers(HfFamilyTest::withBiases)))
        .containsExactly(
            "HF Mistral has no biases, not use_bias_in_attn_linear: true",
            "HF Mistral has no biases, not use_bias_in_mlp: true");
  }

  @Test
  void noFamilyHasNormsOfQueriesSoftPromptsOrGmlpBlocks() {
    ModelConfig normed =
        Models.pythia().withTransformers(b -> b.withAttention(b.attention().withNormed(true)));
    GmlpConfig gmlp = new GmlpConfig(Activation.GELU, false, OptionalInt.empty(), false);
    ModelConfig gmlps = Models.pythia().withBlocks(Collections.nCopies(3, gmlp));
    ModelConfig prompted = Models.pythia().withPrompt(Optional.of(new PromptConfig(10, 0.5)));
    for (HfFamily family : HfFamily.all()) {
      assertThat(family.obstacles(normed))
          .contains(
              "HF %s has no norm of queries and keys (use_qk_layernorm: true)"
                  .formatted(family.label()));
      assertThat(family.obstacles(prompted))
          .containsExactly(
              "HF %s has no soft prompt (soft_prompt_tuning)".formatted(family.label()));
      assertThat(family.obstacles(gmlps))
          .containsExactly(
              "HF %s has transformer blocks only, not gmlp or amlp (attention_config)"
                  .formatted(family.label()));
    }
  }

  @Test
  void blocksMustBeEqualButForTheNameOfTheirAttention() {
    ModelConfig model = Models.llama();
    List<TransformerConfig> blocks = new ArrayList<>(model.transformers());
    TransformerConfig first = blocks.getFirst();
    blocks.set(0, first.withAttention(first.attention().withKind(AttentionKind.FLASH)));
    assertThat(new Llama().obstacles(model.withBlocks(blocks))).isEmpty();
    blocks.set(0, first.withMlp(first.mlp().withSize(96)));
    assertThat(new Llama().obstacles(model.withBlocks(blocks)))
        .containsExactly("HF Llama has the same blocks throughout, this network has not");
  }

  @Test
  void aLlamaConfigurationIsThatOfTransformers() throws IOException {
    assertThat(json(Models.llama()))
        .isEqualTo(
            Json.parse(
                """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 512,
                 "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 192,
                 "max_position_embeddings": 64, "hidden_act": "silu", "rope_theta": 10000.0,
                 "rope_scaling": null,
                 "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
                 "rms_norm_eps": 1e-06, "attention_dropout": 0.0, "attention_bias": false,
                 "mlp_bias": false, "pretraining_tp": 1, "initializer_range": 0.02,
                 "tie_word_embeddings": false, "use_cache": true, "bos_token_id": null,
                 "eos_token_id": 0, "pad_token_id": null, "dtype": "float32",
                 "torch_dtype": "float32"}
                """,
                "expected"));
  }

  /// As GPT-NeoX's converter tells `train_impl: rm`.
  @Test
  void aRewardModelIsAClassifierWithOneLabel() throws IOException {
    HeadConfig reward = new HeadConfig(false, HeadConfig.Output.REWARD);
    for (ModelConfig model : List.of(Models.pythia(), Models.llama())) {
      ModelConfig rewarding = model.withHead(reward);
      HfFamily family = HfFamily.of(rewarding);
      assertThat(family.obstacles(rewarding)).isEmpty();
      ObjectNode json = json(rewarding);
      assertThat(json.path("architectures").path(0).asText())
          .isEqualTo(family.label() + "ForSequenceClassification");
      assertThat(json.path("num_labels").asInt()).isEqualTo(1);
      assertThat(family.mappings(NetworkSpec.of(rewarding, 512)).getLast().tensors())
          .isEqualTo(Map.of("score.weight", Shape.of(1, 64)));
      assertThatThrownBy(() -> read(json))
          .hasMessage(
              directory.resolve("config.json")
                  + ": architectures names "
                  + family.label()
                  + "ForSequenceClassification, a classifier or reward model; expected a language"
                  + " model");
    }
  }

  /// Of keys that stand in files of transformers itself ours lack its version and what says that
  /// the model is no decoder, and differ in the special tokens, which gpt-neox leaves to defaults.
  @ParameterizedTest
  @CsvSource({"A0_nopipe, 0", "C_llama, 20"})
  void nothingOfTransformersOwnConfigurationsIsMissing(String name, long step) throws IOException {
    try (NeoxCheckpoint checkpoint =
        NeoxCheckpoint.open(Golden.path("checkpoints/" + name), OptionalLong.of(step))) {
      ObjectNode ours = json(checkpoint.config());
      for (String version : List.of("4", "5")) {
        JsonNode golden =
            Json.read(Golden.path("hf-config/whole/" + name + "." + version + ".json"));
        for (Map.Entry<String, JsonNode> entry : golden.properties()) {
          if (!List.of("transformers_version", "bos_token_id", "eos_token_id", "is_decoder")
              .contains(entry.getKey())) {
            assertThat(ours.path(entry.getKey()).equals(HfFamilyTest::compare, entry.getValue()))
                .as("%s: %s", entry, ours.path(entry.getKey()))
                .isTrue();
          }
        }
      }
    }
  }

  /// Whole numbers are written with a decimal point or without one.
  private static int compare(JsonNode a, JsonNode b) {
    return a.equals(b) || (a.isNumber() && b.isNumber() && a.asDouble() == b.asDouble()) ? 0 : 1;
  }

  /// transformers 4 reads `rope_scaling`, 5 `rope_parameters`.
  @Test
  void writesScaledPositionsForBothVersions() throws IOException {
    Positions.Rotary rotary = new Positions.Rotary(1, 500_000, new RotaryScaling.Yarn(4, 64));
    ModelConfig model = Models.llama().withPositions(rotary);
    ObjectNode json = json(model);
    assertThat(json.get("rope_scaling").toString())
        .isEqualTo(
            "{\"rope_type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":64,"
                + "\"beta_fast\":32.0,\"beta_slow\":1.0,\"attention_factor\":"
                + RotaryScaling.Yarn.attentionFactor(4)
                + "}");
    ObjectNode whole = (ObjectNode) json.get("rope_parameters");
    assertThat(whole.remove("rope_theta").asDouble()).isEqualTo(500_000);
    assertThat(whole).isEqualTo(json.get("rope_scaling"));
    assertThat(read(json).positions()).isEqualTo(rotary);
    json.remove("rope_scaling");
    json.remove("rope_theta");
    whole.put("rope_theta", 500_000.0);
    assertThat(read(json).positions()).isEqualTo(rotary);
  }

  /// NeoX's window of 16 shows 17 tokens, its own among them; transformers counts all of them.
  @Test
  void mistralsWindowCountsTheTokenItself() throws IOException {
    ObjectNode json = json(Models.llama().withTransformers(HfFamilyTest::withWindow));
    assertThat(json.path("model_type").asText()).isEqualTo("mistral");
    assertThat(json.path("sliding_window").asInt()).isEqualTo(17);
    assertThat(window(json)).hasValue(16);
    assertThat(window(json.putNull("sliding_window"))).isEmpty();
    json.remove("sliding_window");
    assertThat(window(json)).as("transformers' default").hasValue(4095);
    json.put("sliding_window", 1);
    assertThatThrownBy(() -> window(json))
        .hasMessageEndingWith(
            "config.json: sliding_window is 1; expected at least 2, or null for no window");
  }

  private OptionalInt window(ObjectNode json) throws IOException {
    return read(json).transformers().getFirst().attention().window();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"hidden_act\": \"gelu\"|hidden_act 'gelu' is not supported; expected silu",
        "\"head_dim\": 32|head_dim 32 is not supported; expected hidden_size / num_attention_heads = 16",
        "\"num_key_value_heads\": 3|num_key_value_heads 3 does not divide num_attention_heads 4",
        "\"rope_scaling\": {\"rope_type\": \"longrope\", \"factor\": 8}|rope_scaling of type 'longrope' is not supported; expected linear, yarn, llama3 or none",
        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8}|original_max_position_embeddings of llama3 is missing; expected a whole number above 0",
        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"original_max_position_embeddings\": 64, \"low_freq_factor\": 4}|high_freq_factor of the rotary positions is 4.0; expected more than low_freq_factor (4.0)",
        "\"rope_scaling\": {\"type\": \"linear\"}|factor of the linear positions is missing; expected a number of at least 1",
        "\"rope_parameters\": {\"rope_type\": \"yarn\", \"factor\": 2}|original_max_position_embeddings of yarn is missing; expected a whole number above 0",
        "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 2, \"original_max_position_embeddings\": 64, \"mscale\": 1}|yarn with mscale is not supported",
        "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 2, \"original_max_position_embeddings\": 64, \"truncate\": false}|yarn without truncate is not supported",
        "\"partial_rotary_factor\": 0.5|rotary fraction 0.5; expected 1: it has whole heads",
        "\"mlp_bias\": 1|mlp_bias is 1; expected true or false",
      })
  void refusesLlamasThatItCannotExpress(String entry, String message) throws IOException {
    ObjectNode json = json(Models.llama());
    json.setAll((ObjectNode) Json.parse("{" + entry + "}", "test"));
    assertThatThrownBy(() -> read(json))
        .hasMessage(directory.resolve("config.json") + ": " + message);
  }

  @Test
  void absentKeysMeanWhatTransformersMeans() throws IOException {
    ModelConfig llama = read(Json.parse("{\"model_type\": \"llama\"}", "test"));
    assertThat(llama.layers()).isEqualTo(32);
    assertThat(llama.kvHeads()).isEqualTo(32);
    assertThat(llama.maxPositions()).isEqualTo(2048);
    assertThat(llama.positions()).isEqualTo(new Positions.Rotary(1, 10000));
    assertThat(llama.transformers().getFirst().mlp().size()).isEqualTo(11008);
    ModelConfig mistral = read(Json.parse("{\"model_type\": \"mistral\"}", "test"));
    assertThat(mistral.kvHeads()).isEqualTo(8);
    assertThat(mistral.maxPositions()).isEqualTo(131_072);
    assertThat(mistral.transformers().getFirst().mlp().size()).isEqualTo(14336);
    ModelConfig neox = read(Json.parse("{\"model_type\": \"gpt_neox\"}", "test"));
    assertThat(neox.kvHeads()).isEqualTo(64);
    assertThat(neox.positions()).isEqualTo(new Positions.Rotary(0.25, 10000));
  }

  @Test
  void readsTheNullsOfOlderConfigurations() throws IOException {
    ObjectNode json = json(Models.llama());
    json.putNull("rope_scaling").putNull("num_key_value_heads").putNull("head_dim");
    assertThat(read(json).kvHeads()).isEqualTo(4);
  }

  private ModelConfig read(JsonNode json) throws IOException {
    Files.writeString(directory.resolve("config.json"), Json.pretty(json));
    return HfConfig.read(directory).model();
  }

  private static ObjectNode json(ModelConfig model) {
    HfConfig config = new HfConfig(HfFamily.of(model), model, 512);
    return Json.mapper().valueToTree(config.toJson(DType.FLOAT32, HfDirectories.TOKENS));
  }
}
