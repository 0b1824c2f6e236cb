package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.weights.CountedWeights;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.pickle.TorchFile;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import neox.weights.spec.Share;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Checkpoints that several ranks write together.
class RanksWriteTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "2, 1", "2, 2", "4, 3"})
  void whatRanksWriteTogetherIsTheWholeNetwork(int tensorRanks, int stages) throws IOException {
    ModelConfig llama = Models.llama();
    ModelConfig allKeyHeads = llama.withDims(llama.dims().withKvHeads(4));
    for (ModelConfig model :
        List.of(Models.pythia(), Models.gpt3(), allKeyHeads, Models.relative())) {
      NetworkSpec network = NetworkSpec.of(model, 512);
      Path target = Files.createTempDirectory(directory, "target");
      try (TensorStore weights = new CountedWeights(network)) {
        write(target, network, weights, Layout.FILE_PER_LAYER, new int[] {tensorRanks, stages});
        assertEqual(target, model, weights, tensorRanks);
      }
    }
  }

  /// GPT-NeoX writes such checkpoints; what they compute depends on the number of ranks.
  @Test
  void refusesToJoinWhatRanksHaveNormedEachOnItsOwn() throws IOException {
    ModelConfig normed =
        Models.pythia()
            .withTransformers(block -> block.withAttention(block.attention().withNormed(true)));
    NetworkSpec network = NetworkSpec.of(normed, 512);
    try (TensorStore weights = new CountedWeights(network)) {
      write(directory, network, weights, Layout.FILE_PER_LAYER, new int[] {2, 1});
    }
    assertThatThrownBy(() -> NeoxCheckpoint.open(directory, OptionalLong.empty(), normed))
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory
                + ": use_qk_layernorm with norm layernorm was trained on 2 tensor-parallel ranks,"
                + " each of which normed its own heads together; joined, the weights would compute"
                + " something else");
  }

  @Test
  void tensorRanksWithoutPipelineWriteOneFileEach() throws IOException {
    NetworkSpec network = NetworkSpec.of(Models.llama(), 512);
    try (TensorStore weights = new CountedWeights(network)) {
      write(directory, network, weights, Layout.FILE_PER_RANK, new int[] {2, 1});
      assertThat(names(directory))
          .containsExactly("mp_rank_00_model_states.pt", "mp_rank_01_model_states.pt");
      assertEqual(directory, Models.llama(), weights, 2);
    }
    CheckpointPart part = new CheckpointPart(network, network.layers(), 0, 2, 0, 1, 1);
    assertThatThrownBy(() -> content(part, Layout.FILE_PER_RANK, new CountedWeights(network)::view))
        .hasMessage("a pipeline of stages has a file for each layer");
  }

  @Test
  void filesAreNamedAsNeoxNamesThem() throws IOException {
    NetworkSpec network = NetworkSpec.of(Models.pythia(), 512);
    try (TensorStore weights = new CountedWeights(network)) {
      write(directory, network, weights, Layout.FILE_PER_LAYER, new int[] {2, 2});
    }
    List<String> written = names(directory);
    assertThat(written.stream().filter(name -> name.startsWith("layer")))
        .isEqualTo(
            names(Golden.path("checkpoints/D_mp2/global_step20")).stream()
                .filter(name -> name.startsWith("layer"))
                .toList());
    assertThat(written.stream().filter(name -> name.startsWith("mp_rank")))
        .containsExactly(
            "mp_rank_00_model_states.pt",
            "mp_rank_01_model_states.pt",
            "mp_rank_02_model_states.pt",
            "mp_rank_03_model_states.pt");
    try (TorchFile last = TorchFile.open(directory.resolve("mp_rank_03_model_states.pt"))) {
      Map<?, ?> state = (Map<?, ?>) last.root();
      assertThat(state.get("mp_world_size")).isEqualTo(4L);
      assertThat(state.get("dp_world_size")).isEqualTo(3L);
      Map<?, ?> args = (Map<?, ?>) state.get("args");
      assertThat(args == null ? null : args.get("model_parallel_size")).isEqualTo(2L);
    }
  }

  /// The pieces of NeoX's own run on two tensor-parallel ranks, but for biases that its ranks add
  /// up, which we keep on the first.
  @Test
  void piecesAreThoseOfNeoxsRanks() throws IOException {
    Path golden = Golden.path("checkpoints/D_mp2/global_step20");
    try (NeoxCheckpoint whole = NeoxCheckpoint.open(golden, OptionalLong.empty())) {
      NetworkSpec network = NetworkSpec.of(whole.config(), 512);
      write(directory, network, whole, Layout.FILE_PER_LAYER, new int[] {2, 1});
      for (LayerSpec layer : network.layers()) {
        for (int rank = 0; rank < 2; rank++) {
          String file = CheckpointNames.layerFile(layer.index(), rank);
          try (TorchFile ours = TorchFile.open(directory.resolve(file));
              TorchFile neox = TorchFile.open(golden.resolve(file))) {
            assertSamePieces(layer, (Map<?, ?>) ours.root(), (Map<?, ?>) neox.root());
          }
        }
      }
    }
  }

  private static void assertSamePieces(LayerSpec layer, Map<?, ?> ours, Map<?, ?> neox) {
    assertThat(List.copyOf(ours.keySet())).isEqualTo(List.copyOf(neox.keySet()));
    layer
        .stored()
        .forEach((name, spec) -> {
          if (spec.share() instanceof Share.Split
              && ours.get(name) instanceof TensorView a
              && neox.get(name) instanceof TensorView b) {
            assertThat(a.shape()).as(name).isEqualTo(b.shape());
            assertThat(a.bytes().mismatch(b.bytes())).as(name).isEqualTo(-1);
          }
        });
  }

  @Test
  void aSharedParameterIsStoredInEveryHomeAndEqualInAllOfThem() throws IOException {
    NetworkSpec network = NetworkSpec.of(Models.relative(), 512);
    try (TensorStore weights = new CountedWeights(network)) {
      write(directory, network, weights, Layout.FILE_PER_LAYER, new int[] {1, 1});
      assertEqual(directory, Models.relative(), weights, 1);
      assertThat(weights.names())
          .contains("2.attention.rpe.weight")
          .doesNotContain("3.attention.rpe.weight", "4.attention.rpe.weight");
      Path other = Files.createDirectory(directory.resolve("other"));
      Map<String, TensorView> changed = new HashMap<>();
      weights.names().forEach(name -> changed.put(name, weights.view(name)));
      TensorView table = weights.view("2.attention.rpe.weight");
      changed.put("2.attention.rpe.weight", CountedWeights.shifted(table));
      CheckpointContent content =
          content(CheckpointPart.whole(network), Layout.FILE_PER_LAYER, key -> find(changed, key));
      NeoxCheckpointWriter.write(other, content);
    }
    Path third = directory.resolve("layer_03-model_00-model_states.pt");
    Files.copy(
        directory.resolve("other/layer_03-model_00-model_states.pt"),
        third,
        StandardCopyOption.REPLACE_EXISTING);
    Files.delete(directory.resolve("mp_rank_00_digests.json")); // it would say so first
    Path second = directory.resolve("layer_02-model_00-model_states.pt");
    assertThatThrownBy(() -> open(Models.relative()))
        .hasMessage(
            third
                + ": attention.rpe.weight differs from attention.rpe.weight of "
                + second
                + "; it is one parameter, which all of them hold");
  }

  @Test
  void everyHomeOfASharedParameterMustBeThere() throws IOException {
    NetworkSpec network = NetworkSpec.of(Models.relative(), 512);
    NetworkSpec without = NetworkSpec.of(Models.gpt3(), 512);
    try (TensorStore weights = new CountedWeights(network);
        TensorStore others = new CountedWeights(without)) {
      write(directory, network, weights, Layout.FILE_PER_LAYER, new int[] {1, 1});
      Path other = Files.createDirectory(directory.resolve("other"));
      write(other, without, others, Layout.FILE_PER_LAYER, new int[] {1, 1});
    }
    Files.copy(
        directory.resolve("other/layer_04-model_00-model_states.pt"),
        directory.resolve("layer_04-model_00-model_states.pt"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> open(Models.relative()))
        .hasMessage(
            directory
                + ": parameter 4.attention.rpe.weight of the configured network is in no file; do"
                + " the config files belong to this checkpoint?");
  }

  @Test
  void eachParameterIsAskedForOnce() throws IOException {
    NetworkSpec network = NetworkSpec.of(Models.relative(), 512);
    Map<String, Integer> asked = new HashMap<>();
    try (TensorStore weights = new CountedWeights(network)) {
      CheckpointContent content =
          content(
              CheckpointPart.whole(network),
              Layout.FILE_PER_LAYER,
              key -> {
                asked.merge(key, 1, Integer::sum);
                return weights.view(key);
              });
      NeoxCheckpointWriter.write(directory, content);
      assertThat(asked.keySet()).isEqualTo(weights.names());
      assertThat(asked.values()).containsOnly(1);
    }
  }

  /// @param ranks tensor-parallel ranks and stages
  static void write(
      Path target, NetworkSpec network, TensorStore weights, Layout layout, int[] ranks)
      throws IOException {
    Map<String, ParameterSpec> specs = new HashMap<>();
    network.parameters().forEach(spec -> specs.put(spec.key(), spec));
    int stages = ranks[1];
    for (int stage = 0; stage < stages; stage++) {
      int count = network.layers().size();
      List<LayerSpec> layers =
          network.layers().subList(count * stage / stages, count * (stage + 1) / stages);
      for (int rank = 0; rank < ranks[0]; rank++) {
        int tensorRank = rank;
        CheckpointContent content =
            content(
                new CheckpointPart(network, layers, stage, stages, tensorRank, ranks[0], 3),
                layout,
                key -> Shards.split(find(specs, key), weights.view(key), tensorRank, ranks[0]));
        NeoxCheckpointWriter.write(target, content);
      }
    }
  }

  private static CheckpointContent content(
      CheckpointPart part, Layout layout, Function<String, TensorView> weights) {
    return new CheckpointContent(
        part, "x", 3, 0, layout, CheckpointContent.existing(weights), Map.of(), Map.of());
  }

  private static void assertEqual(
      Path target, ModelConfig model, TensorStore weights, int tensorRanks) throws IOException {
    try (NeoxCheckpoint read = NeoxCheckpoint.open(target, OptionalLong.empty(), model)) {
      assertThat(read.tensorParallelSize()).isEqualTo(tensorRanks);
      assertThat(read.iteration()).isEqualTo(3);
      assertThat(read.names()).isEqualTo(weights.names());
      for (String name : weights.names()) {
        assertThat(read.view(name).bytes().mismatch(weights.view(name).bytes()))
            .as(name)
            .isEqualTo(-1);
      }
    }
  }

  private static <T> T find(Map<String, T> map, String key) {
    T value = map.get(key);
    if (value == null) {
      throw new AssertionError("no " + key);
    }
    return value;
  }

  private NeoxCheckpoint open(ModelConfig model) throws IOException {
    return NeoxCheckpoint.open(directory, OptionalLong.empty(), model);
  }

  private static List<String> names(Path root) throws IOException {
    try (var files = Files.list(root)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".pt"))
          .sorted()
          .toList();
    }
  }
}
