package neox.weights.dcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import neox.base.UserException;
import neox.config.model.Activation;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.weights.CountedWeights;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.LazyTensor;
import neox.weights.Models;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DcpModelTest {
  private static final int ROWS = 96;

  @TempDir Path directory;

  private final ModelConfig llama = Models.llama();

  private CountedWeights counted(ModelConfig model) {
    return new CountedWeights(NetworkSpec.of(model, ROWS));
  }

  private static void assertSame(TensorStore actual, TensorStore expected) {
    assertThat(actual.names()).containsExactlyElementsOf(expected.names());
    for (String name : expected.names()) {
      assertThat(actual.view(name).shape()).as(name).isEqualTo(expected.view(name).shape());
      assertThat(Golden.bytes(actual.view(name)))
          .as(name)
          .isEqualTo(Golden.bytes(expected.view(name)));
    }
  }

  private void assertReads(ModelConfig model, TensorStore expected) throws IOException {
    try (DcpModel read = DcpModel.open(directory, model)) {
      assertThat(read.paddedVocab()).isEqualTo(ROWS);
      assertThat(read.config()).isEqualTo(model);
      assertSame(read, expected);
    }
  }

  private String refusal(ModelConfig model) {
    List<String> message = new ArrayList<>();
    assertThatThrownBy(() -> DcpModel.open(directory, model).close())
        .isInstanceOf(UserException.class)
        .satisfies(e -> message.add(e.getMessage()));
    assertThat(message.getFirst()).hasLineCount(1);
    return message.getFirst();
  }

  /// Must show: NeoX → DCP → read is bit-identical for every kind of network.
  @Test
  void everyNetworkOfNeoxReadsBitForBitFromAnyNumberOfRanks() throws IOException {
    Random random = new Random(11);
    ModelConfig gated = llama;
    ModelConfig wholeHeads = llama.withDims(llama.dims().withKvHeads(4));
    ModelConfig tied = llama.withHead(new HeadConfig(true));
    ModelConfig plain =
        Models.pythia()
            .withTransformers(block -> block.withMlp(block.mlp().withActivation(Activation.RELU)));
    int number = 0;
    for (ModelConfig model :
        List.of(gated, wholeHeads, tied, plain, Models.gpt3(), Models.relative())) {
      for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
        Path place = directory.resolve("run" + number++);
        int rows = 32 + random.nextInt(64);
        Map<String, TensorView> saved = new LinkedHashMap<>();
        DcpFiles files = new DcpFiles(place);
        for (ParameterSpec spec : NetworkSpec.of(model, rows).parameters()) {
          TensorView view = randomBytes(dtype, spec.shape(), random);
          saved.put(spec.key(), view);
          int dim = random.nextInt(spec.shape().rank());
          files.put("model." + spec.key(), view, dim, 1 + random.nextInt(4));
        }
        files.object("train_state.step").write();
        try (DcpModel read = DcpModel.open(place, model)) {
          assertThat(read.names()).containsExactlyElementsOf(saved.keySet());
          saved.forEach((name, view) -> {
            assertThat(read.view(name).dtype()).isEqualTo(dtype);
            assertThat(Golden.bytes(read.view(name))).as(name).isEqualTo(Golden.bytes(view));
          });
        }
      }
    }
  }

  private static TensorView randomBytes(DType dtype, Shape shape, Random random) {
    byte[] bytes = new byte[Math.toIntExact(shape.count() * dtype.bytes())];
    random.nextBytes(bytes);
    return new TensorView(dtype, shape, MemorySegment.ofArray(bytes));
  }

  private static Map<String, NamedTensor> huggingFace(ModelConfig model, TensorStore neox) {
    Map<String, NamedTensor> tensors = new LinkedHashMap<>();
    for (Mapping mapping : HfFamily.of(model).mappings(NetworkSpec.of(model, ROWS))) {
      LazyTensor whole = neox.tensor(mapping.neox().key());
      for (String name : mapping.tensors().keySet()) {
        tensors.put(name, new NamedTensor(name, mapping.toHf(name, whole)));
      }
    }
    return tensors;
  }

  @Test
  void readsTheNamesOfTransformers() throws IOException {
    for (ModelConfig model : List.of(Models.pythia(), llama)) {
      CountedWeights neox = counted(model);
      DcpFiles files = new DcpFiles(directory);
      for (NamedTensor tensor : huggingFace(model, neox).values()) {
        files.put("app." + tensor.name(), tensor.view(), 0, 2);
      }
      files.write();
      assertReads(model, neox);
    }
  }

  private static String torchtitan(String hf) {
    return hf.replace("model.embed_tokens", "tok_embeddings")
        .replace("model.norm", "norm")
        .replace("lm_head", "output")
        .replace("model.layers", "layers")
        .replace("self_attn.q_proj", "attention.wq")
        .replace("self_attn.k_proj", "attention.wk")
        .replace("self_attn.v_proj", "attention.wv")
        .replace("self_attn.o_proj", "attention.wo")
        .replace("mlp.gate_proj", "feed_forward.w1")
        .replace("mlp.down_proj", "feed_forward.w2")
        .replace("mlp.up_proj", "feed_forward.w3")
        .replace("input_layernorm", "attention_norm")
        .replace("post_attention_layernorm", "ffn_norm");
  }

  /// transformers' [heads, 2, d/2, columns] as Meta's [heads, d/2, 2, columns].
  private static TensorView neighbouring(TensorView view, int headDim) {
    int columns = (int) view.shape().size(1);
    float[] from = view.bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    float[] to = new float[from.length];
    int half = headDim / 2;
    for (int head = 0; head < view.shape().size(0) / headDim; head++) {
      for (int pair = 0; pair < half; pair++) {
        for (int side = 0; side < 2; side++) {
          int source = (head * headDim + side * half + pair) * columns;
          int target = (head * headDim + 2 * pair + side) * columns;
          System.arraycopy(from, source, to, target, columns);
        }
      }
    }
    return new TensorView(view.dtype(), view.shape(), MemorySegment.ofArray(to));
  }

  private DcpFiles titan(String prefix, ModelConfig model, TensorStore neox) throws IOException {
    DcpFiles files = new DcpFiles(directory);
    for (NamedTensor tensor : huggingFace(model, neox).values()) {
      boolean turned = tensor.name().matches(".*[qk]_proj.weight");
      TensorView view = turned ? neighbouring(tensor.view(), model.headDim()) : tensor.view();
      files.put(prefix + torchtitan(tensor.name()), view, 0, 3);
      files.put("optimizer.state." + torchtitan(tensor.name()) + ".exp_avg", view, 0, 3);
    }
    return files;
  }

  @Test
  void readsTorchtitansLlamaWithItsNeighbouringDims() throws IOException {
    for (String prefix : List.of("", "model.")) {
      CountedWeights neox = counted(llama);
      titan(prefix, llama, neox).object("train_state").write();
      assertReads(llama, neox);
    }
  }

  private void putUnder(DcpFiles files, String prefix, TensorStore neox) throws IOException {
    for (NamedTensor tensor : huggingFace(llama, neox).values()) {
      files.put(prefix + tensor.name(), CountedWeights.shifted(tensor.view()), 0, 1);
    }
  }

  @Test
  void takesTheModelAndNotItsAverage() throws IOException {
    CountedWeights neox = counted(llama);
    for (String average : List.of("ema.", "average.model.", "app.ema_model.", "m.swa.")) {
      DcpFiles files = new DcpFiles(directory);
      for (NamedTensor tensor : huggingFace(llama, neox).values()) {
        files.put("model." + tensor.name(), tensor.view(), 0, 1);
      }
      putUnder(files, average, neox);
      files.write();
      assertReads(llama, neox);
    }
  }

  @Test
  void refusesToChooseAmongSeveralModels() throws IOException {
    CountedWeights neox = counted(llama);
    DcpFiles files = new DcpFiles(directory);
    for (String prefix : List.of("policy.", "ref.", "ema.")) {
      putUnder(files, prefix, neox);
    }
    files.write();
    assertThat(refusal(llama))
        .isEqualTo(
            directory
                + ": holds several models, and which is meant is not known:"
                + " ema.model.embed_tokens.weight, policy.model.embed_tokens.weight,"
                + " ref.model.embed_tokens.weight");
    DcpFiles averages = new DcpFiles(directory);
    putUnder(averages, "ema.fast.", neox);
    putUnder(averages, "ema.slow.", neox);
    averages.write();
    assertThat(refusal(llama)).contains(": holds several models, ");
  }

  @Test
  void aTiedHeadMayBeThereAgainIfItIsTheSame() throws IOException {
    ModelConfig tied = llama.withHead(new HeadConfig(true));
    CountedWeights neox = counted(tied);
    TensorView table = neox.view("0.word_embeddings.weight");
    titan("", tied, neox).put("output.weight", table, 0, 1).write();
    assertReads(tied, neox);
    titan("", tied, neox).put("output.weight", CountedWeights.shifted(table), 0, 1).write();
    assertThat(refusal(tied))
        .isEqualTo(
            directory
                + ": output.weight differs from tok_embeddings.weight, which is the same parameter"
                + " where embedding and head are tied; set no_weight_tying: true if they are not");
  }

  private DcpFiles olmo(Path place, TensorStore neox) throws IOException {
    DcpFiles files = new DcpFiles(place).placesOfOlmoCore();
    for (NamedTensor tensor : huggingFace(llama, neox).values()) {
      String name =
          torchtitan(tensor.name())
              .replace("tok_embeddings", "embeddings")
              .replaceAll("^norm", "lm_head.norm")
              .replaceAll("^output", "lm_head.w_out")
              .replace("layers.", "blocks.")
              .replaceAll("attention.w([qkv])", "attention.w_$1")
              .replace("attention.wo", "attention.w_out")
              .replace("ffn_norm", "feed_forward_norm");
      files.put("model." + name, tensor.view(), 0, 2);
      files.put("optim.exp_avg." + name, tensor.view(), 0, 2);
    }
    return files;
  }

  @Test
  void readsOlmoCoreWhereItsBlocksAreLlamas() throws IOException {
    CountedWeights neox = counted(llama);
    Path inside = directory.resolve("model_and_optim");
    olmo(inside, neox).write();
    assertThat(refusal(llama))
        .isEqualTo(
            inside
                + ": the names of OLMo-core do not tell where a block's norms stand; expected the"
                + " run's config.json there or one directory above");
    Path config = directory.resolve("config.json");
    Files.writeString(config, "{\"model\": {\"block\": {\"name\": \"reordered_norm\"}}}");
    assertThat(refusal(llama))
        .isEqualTo(
            config
                + ": its blocks are 'reordered_norm'; can be converted: 'default', the blocks of"
                + " Llama");
    Files.writeString(
        config,
        "{\"model\": {\"block\": {\"name\": \"default\"}, \"block_overrides\": {\"1\": {}}}}");
    assertThat(refusal(llama)).contains("its blocks are 'default', some of them overridden; ");
    Files.writeString(config, "{\"model\": {\"block\": {\"name\": \"default\"}}}");
    assertReads(llama, neox);
  }

  @Test
  void listsTheTensorsThatLlamaHasNot() throws IOException {
    CountedWeights neox = counted(llama);
    DcpFiles files = olmo(directory, neox);
    TensorView norm = neox.view("2.input_layernorm.scale");
    for (int block = 0; block < 3; block++) {
      files.put("model.blocks." + block + ".attention.q_norm.weight", norm, 0, 1);
      files.put("model.blocks." + block + ".attention.k_norm.weight", norm, 0, 1);
    }
    files.write();
    Files.writeString(
        directory.resolve("config.json"), "{\"model\": {\"block\": {\"name\": \"default\"}}}");
    assertThat(refusal(llama))
        .isEqualTo(
            directory
                + ": holds 6 tensors that OLMo-core's Llama of the configured network has not:"
                + " model.blocks.N.attention.q_norm.weight, model.blocks.N.attention.k_norm.weight");
  }

  @Test
  void refusesNamesThatTheConfiguredNetworkCannotHave() throws IOException {
    titan("", llama, counted(llama)).write();
    assertThat(refusal(Models.pythia()))
        .startsWith(
            directory
                + ": its names are those of torchtitan's Llama, which the configured network cannot"
                + " be: HF Llama rotates whole heads, not rotary_pct: 0.25; ");
    new DcpFiles(directory)
        .put("net.weight", counted(llama).view("0.word_embeddings.weight"), 0, 1)
        .write();
    assertThat(refusal(llama))
        .isEqualTo(
            directory
                + ": holds no model under names of GPT-NeoX, transformers, torchtitan or OLMo-core:"
                + " none of its tensors is an embedding of theirs");
  }

  @Test
  void refusesTheConfigurationOfAnotherNetwork() throws IOException {
    titan("", llama, counted(llama)).write();
    ModelConfig wider = llama.withTransformers(b -> b.withMlp(b.mlp().withSize(256)));
    assertThat(refusal(wider))
        .isEqualTo(
            directory
                + ": tensor layers.0.feed_forward.w3.weight has shape [192, 64]; expected [256, 64]"
                + " by the configuration");
    ModelConfig biased = llama.withTransformers(b -> b.withAttention(b.attention().withBias(true)));
    assertThat(refusal(biased))
        .isEqualTo(
            directory
                + ": tensor layers.0.attention.wq.bias of the configured network is not there, nor"
                + " are 11 others; does the configuration belong to this checkpoint?");
    CountedWeights neox = counted(llama);
    TensorView whole =
        new TensorView(DType.INT32, Shape.of(64), MemorySegment.ofArray(new int[64]));
    titan("", llama, neox).put("norm.weight", whole, 0, 1).write();
    assertThat(refusal(llama))
        .isEqualTo(directory + ": tensor norm.weight is INT32; expected a floating-point type");
    TensorView query =
        new TensorView(DType.FLOAT64, Shape.of(64, 64), MemorySegment.ofArray(new double[4096]));
    titan("", llama, neox).put("layers.1.attention.wq.weight", query, 0, 1).write();
    assertThat(refusal(llama))
        .startsWith(directory + ": tensors that belong together have different types: {")
        .contains("FLOAT64=layers.1.attention.wq.weight");
    TensorView flat =
        new TensorView(DType.FLOAT32, Shape.of(64), MemorySegment.ofArray(new float[64]));
    titan("", llama, neox).put("tok_embeddings.weight", flat, 0, 1).write();
    assertThat(refusal(llama))
        .isEqualTo(
            directory + ": tok_embeddings.weight has shape [64]; expected a row for each token");
  }
}
