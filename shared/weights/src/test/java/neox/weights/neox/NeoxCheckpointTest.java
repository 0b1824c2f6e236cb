package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.LazyTensor;
import neox.weights.Models;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.pickle.NumpyArray;
import neox.weights.pickle.PickledObject;
import neox.weights.pickle.Tuple;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeoxCheckpointTest {
  @TempDir Path directory;

  @Test
  void readsOneFilePerLayer() throws Exception {
    try (NeoxCheckpoint checkpoint = open("A_bf16", 20)) {
      assertThat(checkpoint.iteration()).isEqualTo(20);
      assertThat(checkpoint.tensorParallelSize()).isEqualTo(1);
      assertThat(checkpoint.paddedVocab()).isEqualTo(512);
      assertThat(checkpoint.view("2.mlp.linear1.weight").dtype()).isEqualTo(DType.BFLOAT16);
      assertEqualsHfOutput(checkpoint, "A_bf16");
    }
  }

  @Test
  void readsOneFilePerRank() throws Exception {
    try (NeoxCheckpoint checkpoint = open("A0_nopipe", 0)) {
      assertThat(checkpoint.iteration()).isZero();
      assertEqualsHfOutput(checkpoint, "A0_nopipe");
    }
  }

  @Test
  void joinsTensorParallelRanksAsNeoxsConverterDoes() throws Exception {
    try (NeoxCheckpoint checkpoint = open("D_mp2", 20)) {
      assertThat(checkpoint.tensorParallelSize()).isEqualTo(2);
      assertThat(checkpoint.iteration()).isEqualTo(20);
      assertEqualsHfOutput(checkpoint, "D_mp2");
    }
  }

  @Test
  void cutsGroupedQueriesAndGatesAsNeoxsConverterDoes() throws Exception {
    try (NeoxCheckpoint checkpoint = open("C_llama", 20)) {
      assertThat(checkpoint.names()).hasSize(21);
      assertEqualsHfOutput(checkpoint, "C_llama");
    }
  }

  @Test
  void givesTheRestOfTheStateAsPlainValues() throws Exception {
    try (NeoxCheckpoint checkpoint = open("A_bf16", 20)) {
      Map<String, Object> state = checkpoint.clientState();
      assertThat(state).containsEntry("iteration", 20L).doesNotContainKey("module");
      assertThat(((Map<?, ?>) find(state, "args")).get("tokenizer_type"))
          .isEqualTo("CharLevelTokenizer");
      assertThat(((Map<?, ?>) find(state, "lr_scheduler")).get("decay_style")).isEqualTo("cosine");
      assertThat(((TensorView) find(state, "torch_rng_state")).dtype()).isEqualTo(DType.UINT8);
      Tuple numpy = (Tuple) find(state, "np_rng_state");
      assertThat(numpy.get(0)).isEqualTo("MT19937");
      assertThat(numpy.get(1)).isInstanceOf(PickledObject.class);
      assertThat(NumpyArray.of(numpy.get(1)).shape()).containsExactly(624L);
    }
  }

  @Test
  void opensADirectoryByItsLatestFileOrByIteration() throws Exception {
    Path save = copy("A0_nopipe");
    Files.writeString(save.resolve(CheckpointNames.LATEST), "global_step0");
    try (NeoxCheckpoint latest = NeoxCheckpoint.open(save, OptionalLong.empty());
        NeoxCheckpoint first = NeoxCheckpoint.open(save, OptionalLong.of(0))) {
      assertThat(latest.directory()).isEqualTo(save.resolve("global_step0"));
      assertThat(first.directory()).isEqualTo(latest.directory());
    }
  }

  @Test
  void saysWhatADirectoryOfHuggingFaceLacks(@TempDir Path directory) throws Exception {
    for (String name :
        List.of(
            "model.safetensors",
            "model-00001-of-00002.safetensors",
            "pytorch_model.bin",
            "model.safetensors.index.json")) {
      Path folder = Files.createDirectory(directory.resolve("without-" + name));
      Files.createFile(folder.resolve(name));
      assertThatThrownBy(() -> NeoxCheckpoint.open(folder, OptionalLong.empty()))
          .hasMessage(
              "%s: has weights of Hugging Face (%s), but no config.json, which says of what network;"
                  + " put the model's own beside them",
              folder, name);
    }
    Files.createFile(directory.resolve("adapter_model.safetensors"));
    Files.createFile(directory.resolve("adapter_config.json"));
    assertThatThrownBy(() -> NeoxCheckpoint.open(directory, OptionalLong.empty()))
        .hasMessage(
            "%s: holds adapters of PEFT (adapter_config.json), which are no model by themselves; name"
                + " a checkpoint that 'neox-convert-hf --from-hf --input-dir %s --base MODEL"
                + " --output-dir DIR' makes of them and the model that they adapt",
            directory, directory);
  }

  @Test
  void saysWhatIsThereWhenTheWantedCheckpointIsNot() throws Exception {
    Path save = copy("A0_nopipe");
    assertThatThrownBy(() -> NeoxCheckpoint.open(save, OptionalLong.empty()))
        .hasMessage(save + ": no file 'latest'; there are global_step0; name one of them");
    assertThatThrownBy(() -> NeoxCheckpoint.open(save, OptionalLong.of(7)))
        .hasMessage(
            save
                + ": no checkpoint of iteration 7, but there is no complete global_step7;"
                + " there are global_step0");
    Files.writeString(save.resolve(CheckpointNames.LATEST), "global_step9");
    assertThatThrownBy(() -> NeoxCheckpoint.open(save, OptionalLong.empty()))
        .hasMessage(
            save
                + ": 'latest' names global_step9, but there is no complete global_step9;"
                + " there are global_step0");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThatThrownBy(() -> NeoxCheckpoint.open(empty, OptionalLong.empty()))
        .hasMessageContaining("there are no checkpoints (global_step*) in it");
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> NeoxCheckpoint.open(missing, OptionalLong.empty()))
        .hasMessage(missing + ": no such checkpoint directory");
    Path step = save.resolve("global_step0");
    assertThatThrownBy(() -> NeoxCheckpoint.open(step, OptionalLong.of(3)))
        .hasMessage(
            step + ": this is the checkpoint of iteration 0, not 3; give the directory above it");
  }

  @Test
  void namesAFileThatIsMissing() throws Exception {
    Path step = copy("A_bf16").resolve("global_step20");
    Files.delete(step.resolve("layer_03-model_00-model_states.pt"));
    assertThatThrownBy(() -> NeoxCheckpoint.open(step, OptionalLong.empty()))
        .hasMessage(
            step
                + "/layer_03-model_00-model_states.pt: missing; expected of the configured network"
                + " on 1 tensor-parallel rank(s); there is no checkpoint before it");
  }

  @Test
  void namesFileAndKeyOfASurplusTensor() throws Exception {
    Path step = copy("A_bf16").resolve("global_step20");
    Files.copy(
        step.resolve("layer_04-model_00-model_states.pt"),
        step.resolve("layer_08-model_00-model_states.pt"));
    assertThatThrownBy(() -> NeoxCheckpoint.open(step, OptionalLong.empty()))
        .hasMessage(
            step.resolve("layer_08-model_00-model_states.pt")
                + ": input_layernorm.weight [64] is not a parameter of the configured network (40"
                + " are); do the config files belong to this checkpoint?");
  }

  @Test
  void namesFileKeyAndShapesWhenTheConfigurationDisagrees() {
    Path step = Golden.path("checkpoints/A_bf16/global_step20");
    assertThatThrownBy(() -> NeoxCheckpoint.open(step, OptionalLong.empty(), Models.llama()))
        .hasMessageStartingWith(step + ": parameter 2.input_layernorm.scale");
    assertThatThrownBy(() -> NeoxCheckpoint.open(step, OptionalLong.empty(), Models.pythia(128)))
        .hasMessage(
            step.resolve("layer_02-model_00-model_states.pt")
                + ": mlp.linear1.weight has shape [256, 64]; expected [128, 64] by the"
                + " configuration");
  }

  @Test
  void asksForTheOtherRanksWhenOneIsMissing() throws Exception {
    Path step = copy("D_mp2").resolve("global_step20");
    for (Path file : files(step)) {
      if (file.toString().contains("-model_00")) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(() -> NeoxCheckpoint.open(step, OptionalLong.empty()))
        .hasMessage(step + ": no layer files of tensor-parallel rank 00, but of rank 01");
  }

  @Test
  void saysSoWhenARewardModelIsExpectedOfALanguageModel() throws Exception {
    Path step = Golden.path("checkpoints/A_bf16/global_step20");
    ModelConfig reward = Models.pythia().withHead(new HeadConfig(false, HeadConfig.Output.REWARD));
    try (NeoxCheckpoint checkpoint = NeoxCheckpoint.open(step, OptionalLong.empty(), reward)) {
      assertThatThrownBy(() -> checkpoint.requireAllOf(reward))
          .hasMessage(
              step
                  + ": holds a language model, but train_impl asks for a reward model; expected a"
                  + " checkpoint of neox-train with train_impl rm");
    }
  }

  private static void assertEqualsHfOutput(NeoxCheckpoint checkpoint, String golden)
      throws Exception {
    TreeSet<String> lines = new TreeSet<>();
    NetworkSpec network = NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab());
    for (Mapping mapping : HfFamily.of(checkpoint.config()).mappings(network)) {
      LazyTensor whole = checkpoint.tensor(mapping.neox().key());
      for (Map.Entry<String, Shape> tensor : mapping.tensors().entrySet()) {
        TensorView view = mapping.toHf(tensor.getKey(), whole).to(DType.FLOAT32).view();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Golden.bytes(view));
        lines.add(
            tensor.getKey() + " " + tensor.getValue() + " " + HexFormat.of().formatHex(digest));
      }
    }
    List<String> expected = Files.readAllLines(Golden.path("checkpoints/" + golden + ".hf.txt"));
    assertThat(List.copyOf(lines)).isEqualTo(expected);
  }

  private static NeoxCheckpoint open(String golden, long iteration) throws IOException {
    return NeoxCheckpoint.open(Golden.path("checkpoints/" + golden), OptionalLong.of(iteration));
  }

  private Path copy(String golden) throws IOException {
    Path source = Golden.path("checkpoints/" + golden);
    Path target = directory.resolve(golden);
    try (var tree = Files.walk(source)) {
      for (Path path : tree.toList()) {
        Path copy = target.resolve(source.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    }
    return target;
  }

  private static List<Path> files(Path root) throws IOException {
    try (var tree = Files.walk(root)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }

  private static Object find(Map<String, Object> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      throw new AssertionError("no " + key);
    }
    return value;
  }
}
