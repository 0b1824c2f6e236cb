package neox.weights.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import neox.config.model.Activation;
import neox.config.model.BlockConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.InitMethod;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.PromptConfig;
import neox.config.model.TransformerConfig;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkSpecTest {
  static List<Arguments> goldenRuns() {
    return List.of(
        Arguments.of("A_pythia", Models.pythia()),
        Arguments.of("B_gpt3", Models.gpt3()),
        Arguments.of("C_llama", Models.llama()),
        Arguments.of("pos_rpe", Models.relative()));
  }

  /// Names, shapes and order as in the files that GPT-NeoX wrote.
  @ParameterizedTest
  @MethodSource("goldenRuns")
  void listsTheParametersOfNeoxsFiles(String run, ModelConfig model) throws IOException {
    List<String> lines = new ArrayList<>();
    for (LayerSpec layer : NetworkSpec.of(model, 512).layers()) {
      layer
          .stored()
          .forEach(
              (name, spec) -> lines.add(new Home(layer.index(), name).key() + " " + spec.shape()));
    }
    assertThat(lines)
        .isEqualTo(Files.readAllLines(Golden.path("checkpoints/layers/" + run + ".txt")));
  }

  /// What Muon orthogonalizes: norms of heads have two dims, but are no matrices.
  @Test
  void matricesMapActivationsToActivations() {
    ModelConfig normed =
        Models.gpt3()
            .withTransformers(b -> b.withAttention(b.attention().withNormed(true)))
            .withPositions(new Positions.Relative(8, 20));
    for (ModelConfig model : List.of(Models.gpt3(), normed)) {
      assertThat(NetworkSpec.of(model, 128).parameters())
          .filteredOn(spec -> spec.role() == ParameterSpec.Role.MATRIX)
          .extracting(spec -> spec.homes().getFirst().name())
          .containsOnly(
              "attention.query_key_value.weight",
              "attention.dense.weight",
              "mlp.linear1.weight",
              "mlp.linear2.weight")
          .hasSize(12);
    }
  }

  @Test
  void saysHowRanksShareAPythiaBlock() {
    assertThat(shares(Models.pythia(), 2))
        .containsExactly(
            "input_layernorm.weight Same[]",
            "input_layernorm.bias Same[]",
            "attention.query_key_value.weight Split[dim=0, sections=[192]]",
            "attention.query_key_value.bias Split[dim=0, sections=[192]]",
            "attention.dense.weight Split[dim=1, sections=[64]]",
            "attention.dense.bias Summed[]",
            "post_attention_layernorm.weight Same[]",
            "post_attention_layernorm.bias Same[]",
            "mlp.linear1.weight Split[dim=0, sections=[256]]",
            "mlp.linear1.bias Split[dim=0, sections=[256]]",
            "mlp.linear2.weight Split[dim=1, sections=[256]]",
            "mlp.linear2.bias Summed[]");
  }

  @Test
  void numbersLayersAsNeoxDoes() {
    assertThat(NetworkSpec.of(Models.pythia(), 512).parameters())
        .extracting(ParameterSpec::key)
        .hasSize(40)
        .startsWith("0.word_embeddings.weight", "2.input_layernorm.weight")
        .endsWith("6.norm.weight", "6.norm.bias", "7.final_linear.weight");
    assertThat(NetworkSpec.of(Models.pythia(), 512).layers())
        .extracting(LayerSpec::index)
        .containsExactly(0, 2, 3, 4, 6, 7);
  }

  @Test
  void theTiedHeadIsTheEmbeddingAndLearnedPositionsAreParameters() {
    NetworkSpec network = NetworkSpec.of(Models.gpt3(), 512);
    assertThat(network.parameters())
        .extracting(ParameterSpec::key)
        .contains("0.position_embeddings.weight")
        .endsWith("6.norm.weight", "6.norm.bias");
    LayerSpec.Embedding embedding = (LayerSpec.Embedding) network.layers().getFirst();
    LayerSpec.Head head = (LayerSpec.Head) network.layers().getLast();
    assertThat(head.weight()).isSameAs(embedding.words());
    assertThat(head.stored()).isEmpty();
  }

  @Test
  void theRelativeTableIsOneObjectWithAHomeInEveryBlock() {
    NetworkSpec network = NetworkSpec.of(Models.relative(), 512);
    ParameterSpec table = find(network, "2.attention.rpe.weight");
    assertThat(table.homes())
        .extracting(Home::key)
        .containsExactly(
            "2.attention.rpe.weight", "3.attention.rpe.weight", "4.attention.rpe.weight");
    assertThat(table.shape()).isEqualTo(Shape.of(32, 4));
    assertThat(table.share()).isEqualTo(new Share.Split(1, List.of(4L)));
    assertThat(table.initializer())
        .isEqualTo(new Initializer.Random(InitMethod.XAVIER_NORMAL, 0.02, 3, 64));
    assertThat(network.layers().stream().filter(LayerSpec.Transformer.class::isInstance))
        .hasSize(3)
        .allSatisfy(layer ->
            assertThat(((LayerSpec.Transformer) layer).attention().relative().orElseThrow())
                .isSameAs(table));
    assertThat(network.parameters().stream().filter(table::equals)).hasSize(1);
  }

  @Test
  void gradientsOfNormsAddUpWhereRanksHaveSlicesOfTheSequence() {
    NetworkSpec network = NetworkSpec.of(Models.gpt3(), 512);
    List<ParameterSpec> slices = network.ofSlices().parameters();
    for (int i = 0; i < slices.size(); i++) {
      ParameterSpec before = network.parameters().get(i);
      Share share = before.key().contains("norm") ? new Share.AddedOnce() : before.share();
      assertThat(slices.get(i)).isEqualTo(before.withShare(share));
    }
  }

  @Test
  void rowParallelBiasesOfASequentialBlockAreAddedOnce() {
    NetworkSpec network = NetworkSpec.of(Models.gpt3(), 512);
    assertThat(find(network, "2.attention.dense.bias").share()).isEqualTo(new Share.AddedOnce());
    assertThat(find(network, "4.mlp.linear2.bias").share()).isEqualTo(new Share.AddedOnce());
  }

  @Test
  void gatedMlpAndGroupedHeadsHaveSections() {
    NetworkSpec network = NetworkSpec.of(Models.llama(), 512);
    assertThat(network.parameters()).hasSize(1 + 3 * 6 + 1 + 1);
    assertThat(find(network, "6.norm.scale").shape()).isEqualTo(Shape.of(64));
    ParameterSpec qkv = find(network, "2.attention.query_key_value.weight");
    assertThat(qkv.shape()).isEqualTo(Shape.of(128, 64));
    assertThat(qkv.share()).isEqualTo(new Share.Split(0, List.of(64L, 32L, 32L)));
    ParameterSpec linear1 = find(network, "2.mlp.linear1.weight");
    assertThat(linear1.shape()).isEqualTo(Shape.of(384, 64));
    assertThat(linear1.share()).isEqualTo(new Share.Split(0, List.of(192L, 192L)));
    assertThat(find(network, "2.mlp.linear2.weight").shape()).isEqualTo(Shape.of(64, 192));
  }

  @Test
  void gmlpBlocksAreStoredAsNeoxStoresThem() {
    BlockConfig amlp = new GmlpConfig(Activation.GELU, false, OptionalInt.of(16), false);
    BlockConfig first = Models.pythia().blocks().getFirst();
    ModelConfig model =
        Models.pythia()
            .withBlocks(List.of(first, amlp))
            .withPositions(new Positions.Relative(8, 20));
    NetworkSpec network = NetworkSpec.of(model, 512);
    assertThat(names(model, 3))
        .containsExactly(
            "norm.weight",
            "norm.bias",
            "input_linear.weight",
            "input_linear.bias",
            "sgu.norm.weight",
            "sgu.norm.bias",
            "sgu.proj.weight",
            "sgu.proj.bias",
            "sgu.attn.proj_qkv.weight",
            "sgu.attn.proj_qkv.bias",
            "sgu.attn.proj_ffn.weight",
            "sgu.attn.proj_ffn.bias",
            "output_linear.weight",
            "output_linear.bias");
    assertThat(find(network, "3.sgu.proj.weight").shape()).isEqualTo(Shape.of(64, 64));
    assertThat(find(network, "3.sgu.attn.proj_qkv.weight").shape()).isEqualTo(Shape.of(48, 512));
    assertThat(find(network, "3.sgu.attn.proj_qkv.bias").initializer())
        .isEqualTo(new Initializer.Uniform(1 / Math.sqrt(512)));
    assertThat(find(network, "2.attention.rpe.weight").homes())
        .as("stored with the blocks that use it")
        .containsExactly(new Home(2, "attention.rpe.weight"));
  }

  @Test
  void aSoftPromptMovesAllLayersAfterItAndIsTrainedAlone() {
    ModelConfig model = Models.pythia().withPrompt(Optional.of(new PromptConfig(10, 0.5)));
    NetworkSpec network = NetworkSpec.of(model, 512);
    assertThat(network.layers()).extracting(LayerSpec::index).containsExactly(0, 1, 3, 4, 5, 7, 8);
    ParameterSpec prompt = find(network, "1.soft_embedding_weight");
    assertThat(prompt.shape()).isEqualTo(Shape.of(10, 64));
    assertThat(network.parameters().stream().filter(ParameterSpec::trainable))
        .containsExactly(prompt);
  }

  /// Keys have as many heads as queries by then, whatever `num_kv_heads` says.
  @Test
  void queriesAndKeysShareANormOfAllHeads() {
    ModelConfig model =
        Models.llama().withTransformers(b -> b.withAttention(b.attention().withNormed(true)));
    NetworkSpec network = NetworkSpec.of(model, 512);
    ParameterSpec scale = find(network, "2.attention.qk_layernorm.scale");
    assertThat(scale.shape()).isEqualTo(Shape.of(4, 16));
    assertThat(scale.share()).isEqualTo(new Share.Split(0, List.of(4L)));
    assertThat(scale.group()).isEqualTo(Group.PLAIN);
    assertThat(
            names(
                Models.pythia()
                    .withTransformers(b -> b.withAttention(b.attention().withNormed(true))),
                2))
        .startsWith(
            "input_layernorm.weight",
            "input_layernorm.bias",
            "attention.qk_layernorm.weight",
            "attention.qk_layernorm.bias",
            "attention.query_key_value.weight");
  }

  @Test
  void normsHaveTheParametersOfTheirKind() {
    ModelConfig model = Models.pythia();
    assertThat(names(model.withNorm(new Norm.ScaleNorm(1e-8)), 6)).containsExactly("norm.g");
    assertThat(names(model.withNorm(new Norm.NonParametricLayerNorm(1e-5)), 6)).isEmpty();
    assertThat(names(model.withNorm(new Norm.RmsNorm(1e-8)), 6)).containsExactly("norm.scale");
  }

  @Test
  void matricesDecayAndNormsAndBiasesDoNot() {
    for (ParameterSpec spec : NetworkSpec.of(Models.gpt3(), 512).parameters()) {
      boolean matrix = spec.shape().rank() == 2;
      assertThat(spec.group()).as(spec.key()).isEqualTo(matrix ? Group.DECAYING : Group.PLAIN);
      assertThat(spec.trainable()).isTrue();
    }
  }

  @Test
  void initializersFollowTheConfiguration() {
    NetworkSpec network = NetworkSpec.of(Models.pythia(), 512);
    Map<String, Initializer> first = new HashMap<>();
    network.parameters().forEach(spec -> first.put(spec.key(), spec.initializer()));
    Initializer input = new Initializer.Random(InitMethod.SMALL_INIT, 0.02, 3, 64);
    Initializer output = new Initializer.Random(InitMethod.WANG_INIT, 0.02, 3, 64);
    assertThat(first)
        .containsEntry("0.word_embeddings.weight", input)
        .containsEntry("3.mlp.linear1.weight", input)
        .containsEntry("7.final_linear.weight", input)
        .containsEntry("3.attention.dense.weight", output)
        .containsEntry("3.mlp.linear2.weight", output)
        .containsEntry("3.mlp.linear2.bias", new Initializer.Constant(0))
        .containsEntry("3.input_layernorm.weight", new Initializer.Constant(1));
  }

  @Test
  void everyBlockIsItsOwn() {
    ModelConfig model = Models.pythia();
    List<TransformerConfig> blocks = new ArrayList<>(model.transformers());
    blocks.set(1, blocks.get(1).withMlp(blocks.get(1).mlp().withSize(96).withBias(false)));
    NetworkSpec network = NetworkSpec.of(model.withBlocks(blocks), 512);
    assertThat(find(network, "2.mlp.linear1.weight").shape()).isEqualTo(Shape.of(256, 64));
    assertThat(find(network, "3.mlp.linear1.weight").shape()).isEqualTo(Shape.of(96, 64));
    assertThat(names(model.withBlocks(blocks), 3)).doesNotContain("mlp.linear1.bias");
  }

  @Test
  void countsEachNumberOnce() {
    assertThat(NetworkSpec.of(Models.pythia(), 512).parameterCount()).isEqualTo(215_616);
    assertThat(NetworkSpec.of(Models.relative(), 512).parameterCount())
        .isEqualTo(215_616 - 512 * 64 + 32 * 4);
  }

  private static List<String> names(ModelConfig model, int index) {
    return layer(model, index).flatMap(layer -> layer.stored().keySet().stream()).toList();
  }

  private static List<String> shares(ModelConfig model, int index) {
    return layer(model, index)
        .flatMap(layer -> layer.stored().entrySet().stream())
        .map(entry -> entry.getKey() + " " + entry.getValue().share())
        .toList();
  }

  private static Stream<LayerSpec> layer(ModelConfig model, int index) {
    return NetworkSpec.of(model, 512).layers().stream().filter(layer -> layer.index() == index);
  }

  private static ParameterSpec find(NetworkSpec network, String key) {
    return network.parameters().stream()
        .filter(spec -> spec.key().equals(key))
        .findFirst()
        .orElseThrow();
  }
}
