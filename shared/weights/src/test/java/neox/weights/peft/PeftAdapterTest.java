package neox.weights.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import neox.base.UserException;
import neox.config.LoraConfig;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.LazyTensor;
import neox.weights.Models;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What adapters of PEFT add to each weight is what NeoX's add, computed here in doubles from the
/// formula of arXiv:2106.09685.
class PeftAdapterTest {
  private static final String QUERY = "model.layers.0.self_attn.q_proj";
  private static final String KEY = "model.layers.0.self_attn.k_proj";
  private static final String VALUE = "model.layers.0.self_attn.v_proj";

  @TempDir Path directory;

  private final List<NamedTensor> tensors = new ArrayList<>();
  private final Random random = new Random(5);

  @Test
  void oneAdapterForEachProjectionIsTakenAsItIs() throws IOException {
    ModelConfig model = Models.pythia();
    add("gpt_neox.layers.1.attention.query_key_value", 192, 64, 2);
    add("gpt_neox.layers.2.mlp.dense_4h_to_h", 64, 256, 2);
    try (PeftAdapter adapter = open(model, "\"r\": 2, \"lora_alpha\": 6, \"lora_dropout\": 0.1")) {
      assertThat(adapter.lora())
          .isEqualTo(
              new LoraConfig(2, 6, List.of("attention.query_key_value", "mlp.linear2"), 0.1));
      assertThat(bytes(adapter, "3.attention.query_key_value.lora_A.weight"))
          .isEqualTo(Golden.bytes(tensors.get(0).view()));
      assertThat(bytes(adapter, "4.mlp.linear2.lora_B.weight"))
          .isEqualTo(Golden.bytes(tensors.get(3).view()));
      assertThat(bytes(adapter, "2.attention.query_key_value.lora_B.weight"))
          .as("a block without an adapter")
          .containsOnly(0);
      assertSameProducts(model, adapter, 3);
    }
  }

  /// q, k and v each with an A of its own become one adapter of three times the rank.
  @ParameterizedTest
  @CsvSource({"2", "4"})
  void adaptersOfQueriesKeysAndValuesBecomeOneThatAddsTheSame(int kvHeads) throws IOException {
    ModelConfig llama = Models.llama();
    ModelConfig model = llama.withDims(llama.dims().withKvHeads(kvHeads));
    add(QUERY, 64, 64, 2);
    add(KEY, 16L * kvHeads, 64, 2);
    add(VALUE, 16L * kvHeads, 64, 2);
    add("model.layers.1.mlp.gate_proj", 192, 64, 2);
    add("model.layers.1.mlp.up_proj", 192, 64, 2);
    add("model.layers.2.self_attn.o_proj", 64, 64, 2);
    try (PeftAdapter adapter = open(model, "\"r\": 2, \"lora_alpha\": 5")) {
      assertThat(adapter.lora().rank()).isEqualTo(6);
      assertThat(adapter.lora().scale()).isEqualTo(2.5);
      assertThat(adapter.lora().targets())
          .containsExactly("attention.query_key_value", "mlp.linear1", "attention.dense");
      assertSameProducts(model, adapter, 2.5);
    }
  }

  @Test
  void modulesWithoutAdaptersAndOtherRanksAddNothing() throws IOException {
    ModelConfig model = Models.llama();
    add(QUERY, 64, 64, 3);
    add(VALUE, 32, 64, 1);
    try (PeftAdapter adapter =
        open(
            model,
            "\"r\": 3, \"lora_alpha\": 6, \"rank_pattern\": {\"v_proj\": 1},"
                + " \"alpha_pattern\": {\"v_proj\": 2}")) {
      assertThat(adapter.lora().rank()).isEqualTo(4);
      assertSameProducts(model, adapter, 2);
    }
  }

  @Test
  void rankStabilizedAdaptersAreDividedByTheRootOfTheirRank() throws IOException {
    add(QUERY, 64, 64, 4);
    try (PeftAdapter adapter =
        open(Models.llama(), "\"r\": 4, \"lora_alpha\": 6, \"use_rslora\": true")) {
      assertThat(adapter.lora().scale()).isEqualTo(3);
      assertSameProducts(Models.llama(), adapter, 3);
    }
  }

  /// What NeoX's own adapters become: one A for all.
  @Test
  void equalFactorsOfSeveralModulesAreOne() throws IOException {
    TensorView a = matrix(2, 64);
    for (String module : List.of(QUERY, KEY, VALUE)) {
      tensors.add(NamedTensor.of("base_model.model." + module + ".lora_A.weight", a));
      long rows = module.equals(QUERY) ? 64 : 32;
      tensors.add(NamedTensor.of("base_model.model." + module + ".lora_B.weight", matrix(rows, 2)));
    }
    try (PeftAdapter adapter = open(Models.llama(), "\"r\": 2, \"lora_alpha\": 2")) {
      assertThat(adapter.lora().rank()).isEqualTo(2);
      assertThat(bytes(adapter, "2.attention.query_key_value.lora_A.weight"))
          .isEqualTo(Golden.bytes(a));
      assertSameProducts(Models.llama(), adapter, 1);
    }
  }

  @Test
  void namesOfOlderVersionsAndOfNetworksWithoutHeadAreKnown() throws IOException {
    add("layers.0.attention.dense", 64, 64, 2);
    NamedTensor a = tensors.removeFirst();
    tensors.add(
        NamedTensor.of(
            "base_model.model.layers.0.attention.dense.lora_A.default.weight", a.view()));
    try (PeftAdapter adapter = open(Models.pythia(), "\"r\": 2, \"lora_alpha\": 2")) {
      assertThat(bytes(adapter, "2.attention.dense.lora_A.weight"))
          .isEqualTo(Golden.bytes(a.view()));
    }
  }

  @Test
  void saysEverythingThatNeoxHasNoAdaptersFor() throws IOException {
    add("model.embed_tokens", 512, 64, 2);
    add(QUERY, 64, 64, 2);
    add(KEY, 32, 64, 1);
    add(VALUE, 64, 64, 2);
    tensors.add(NamedTensor.of("base_model.model.lm_head.weight", matrix(512, 64)));
    tensors.add(
        NamedTensor.of("base_model.model.model.layers.1.mlp.up_proj.lora_A.weight", matrix(2, 64)));
    assertThatThrownBy(() -> open(Models.llama(), "\"r\": 2, \"lora_alpha\": 2"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            """
            %1$s: model.layers.0.self_attn.v_proj: A is [2, 64] and B is [64, 2]; expected [r, 64] \
            and [32, r]
            %1$s: model.layers.1.mlp.up_proj has lora_A without lora_B
            %1$s: NeoX adapts the projections of attention and MLP of a Llama, not \
            base_model.model.lm_head.weight, model.embed_tokens
            %1$s: NeoX multiplies all adapters by one number, these are multiplied by several: \
            model.layers.0.self_attn.q_proj by 1.0, model.layers.0.self_attn.k_proj by 2.0\
            """
                .formatted(directory.resolve("adapter_model.safetensors")));
  }

  @Test
  void saysEverythingInTheConfigurationThatNeoxDoesNotHave() {
    String prefix = directory.resolve("adapter_config.json") + ": ";
    assertThatThrownBy(() ->
            open(
                Models.llama(),
                "\"r\": 0, \"lora_alpha\": -1, \"lora_dropout\": 1, \"use_dora\": true, \"bias\":"
                    + " \"all\", \"modules_to_save\": [\"lm_head\"], \"fan_in_fan_out\": true,"
                    + " \"layer_replication\": [[0, 1]], \"alpha_pattern\": {\".*q\": 1}"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            prefix
                + "use_dora: NeoX has no weights that are decomposed into length and direction"
                + " (DoRA)\n"
                + prefix
                + "bias is 'all': NeoX's adapters train no biases; expected none\n"
                + prefix
                + "modules_to_save: NeoX's adapters come with no whole modules ([\"lm_head\"])\n"
                + prefix
                + "layer_replication: NeoX has no layers that share weights\n"
                + prefix
                + "fan_in_fan_out: weights are [out, in] here, not [in, out]\n"
                + prefix
                + "r is 0; expected a whole number above 0\n"
                + prefix
                + "lora_alpha is -1; expected a number above 0\n"
                + prefix
                + "alpha_pattern: '.*q' is not the name of a module\n"
                + prefix
                + "lora_dropout is 1; expected at least 0 and below 1");
  }

  @ParameterizedTest
  @CsvSource({
    "true, true",
    "false, true",
    "null, true",
    "'\"gaussian\"', true",
    "'\"EVA\"', true",
    "'\"pissa\"', false",
    "'\"pissa_niter_16\"', false",
    "'\"olora\"', false",
    "'\"loftq\"', false"
  })
  void adaptersWhoseBeginningChangesTheBaseAreNotTakenForPlainOnes(String beginning, boolean plain)
      throws IOException {
    Path file = directory.resolve("adapter_config.json");
    Files.writeString(
        file, "{\"peft_type\": \"LORA\", \"init_lora_weights\": %s}".formatted(beginning));
    if (plain) {
      assertThat(PeftConfig.read(directory).rank()).isEqualTo(8);
    } else {
      assertThatThrownBy(() -> PeftConfig.read(directory))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "%s: init_lora_weights is '%s': such adapters belong to a base that PEFT changes when"
                  + " it begins them; save them as plain ones (save_pretrained with"
                  + " path_initial_model_for_weight_conversion)",
              file, beginning.replace("\"", ""));
    }
  }

  @Test
  void refusesWhatIsNoAdapter() throws IOException {
    Path file = directory.resolve("adapter_config.json");
    Files.writeString(file, "{\"peft_type\": \"PREFIX_TUNING\"}");
    assertThatThrownBy(() -> PeftConfig.read(directory))
        .hasMessage(file + ": peft_type is 'PREFIX_TUNING'; expected LORA");
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> PeftConfig.read(directory))
        .hasMessage(file + ": is not a JSON object; expected PEFT's configuration");
    Files.writeString(file, "{\"peft_type\": \"LORA\"}");
    assertThatThrownBy(() -> open(Models.llama()))
        .hasMessage(
            directory + ": no adapters; expected adapter_model.safetensors or adapter_model.bin");
    SafetensorsWriter.writeFile(
        directory.resolve("adapter_model.safetensors"), List.of(), Map.of());
    assertThatThrownBy(() -> open(Models.llama()))
        .hasMessage(
            directory.resolve("adapter_model.safetensors") + ": no adapters of a Llama in it");
  }

  private PeftAdapter open(ModelConfig model, String entries) throws IOException {
    SafetensorsWriter.writeFile(
        directory.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
    Files.writeString(
        directory.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", " + entries + "}");
    return open(model);
  }

  private PeftAdapter open(ModelConfig model) throws IOException {
    return PeftAdapter.open(
        directory, PeftConfig.read(directory), HfFamily.of(model), NetworkSpec.of(model, 512));
  }

  private void add(String module, long rows, long columns, long rank) {
    String name = "base_model.model." + module;
    tensors.add(NamedTensor.of(name + ".lora_A.weight", matrix(rank, columns)));
    tensors.add(NamedTensor.of(name + ".lora_B.weight", matrix(rows, rank)));
  }

  private TensorView matrix(long rows, long columns) {
    float[] values = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, values.length);
    bytes.copyFrom(MemorySegment.ofArray(values));
    return new TensorView(DType.FLOAT32, Shape.of(rows, columns), bytes);
  }

  private static byte[] bytes(PeftAdapter adapter, String key) {
    return Golden.bytes(adapter.tensor(key).view());
  }

  /// For every weight: what NeoX's adapter adds, cut as transformers has it, is what PEFT's adds.
  private void assertSameProducts(ModelConfig model, PeftAdapter adapter, double scale) {
    Map<String, AdapterSpec> adapters = adapter.network().adapters();
    int compared = 0;
    for (Mapping mapping : HfFamily.of(model).mappings(NetworkSpec.of(model, 512))) {
      AdapterSpec spec = adapters.get(mapping.neox().key());
      if (spec == null) {
        continue;
      }
      TensorView a = adapter.tensor(spec.a().key()).view();
      TensorView b = adapter.tensor(spec.b().key()).view();
      LazyTensor added = LazyTensor.of(product(b, a, adapter.lora().scale()));
      for (String name : mapping.tensors().keySet()) {
        double[] here = Golden.values(mapping.toHf(name, added).view());
        double[] there = added(name, here.length, scale);
        for (int i = 0; i < here.length; i++) {
          assertThat(here[i]).as(name).isCloseTo(there[i], within(1e-12));
        }
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  private double[] added(String name, int count, double scale) {
    String module = "base_model.model." + name.replaceFirst("\\.weight$", "");
    for (int i = 0; i + 1 < tensors.size(); i += 2) {
      if (tensors.get(i).name().equals(module + ".lora_A.weight")) {
        return Golden.values(product(tensors.get(i + 1).view(), tensors.get(i).view(), scale));
      }
    }
    return new double[count];
  }

  private static TensorView product(TensorView b, TensorView a, double scale) {
    int rows = Math.toIntExact(b.shape().size(0));
    int rank = Math.toIntExact(b.shape().size(1));
    int columns = Math.toIntExact(a.shape().size(1));
    double[] sums = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < rank; k++) {
        double factor = scale * Floats.get(b, (long) i * rank + k);
        for (int j = 0; j < columns; j++) {
          sums[i * columns + j] += factor * Floats.get(a, (long) k * columns + j);
        }
      }
    }
    MemorySegment bytes = Floats.allocate(DType.FLOAT64, sums.length);
    bytes.copyFrom(MemorySegment.ofArray(sums));
    return new TensorView(DType.FLOAT64, Shape.of(rows, columns), bytes);
  }
}
