package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.spec.Home;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedCheckpointTest {
  private static final String RANK = "mp_rank_00_model_states.pt";

  @TempDir Path directory;

  private final ModelConfig model = Models.llama();

  private static TensorView zeros(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    return new TensorView(dtype, shape, Floats.allocate(dtype, shape.count()));
  }

  private Map<String, Object> module() {
    Map<String, Object> module = new LinkedHashMap<>();
    for (ParameterSpec spec : NetworkSpec.of(model, 512).parameters()) {
      Home home = spec.homes().getFirst();
      module.put(
          "sequential." + home.layer() + "." + home.name(),
          zeros(DType.FLOAT32, spec.shape().sizes()));
    }
    return module;
  }

  private void assertRefused(Map<String, Object> module, long iteration, String message)
      throws IOException {
    TorchFileWriter.write(
        directory.resolve(RANK), Map.of("module", module, "iteration", iteration));
    assertThatThrownBy(
            () -> {
              try (NeoxCheckpoint read =
                  NeoxCheckpoint.open(directory, OptionalLong.empty(), model)) {
                assertThat(read.iteration()).isNotNegative();
              }
            })
        .isInstanceOf(UserException.class)
        .hasMessage(directory.resolve(RANK) + ": " + message);
  }

  @Test
  void aFlippedByteNamesFileAndTensorWhenTheTensorIsUsed() throws IOException {
    Path golden = Golden.path("checkpoints/A_bf16/global_step20");
    String name = "layer_02-model_00-model_states.pt";
    try (Stream<Path> files = Files.list(golden)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, directory.resolve(file.getFileName().toString()));
      }
    }
    Path layer = directory.resolve(name);
    byte[] whole = Files.readAllBytes(layer);
    whole[whole.length / 2]++;
    Files.write(layer, whole);
    try (NeoxCheckpoint read =
        NeoxCheckpoint.open(directory, OptionalLong.empty(), Models.pythia())) {
      List<String> refused =
          read.names().stream().filter(parameter -> !isIntact(read, parameter)).toList();
      assertThat(refused).containsExactly("2.mlp.linear1.weight");
      assertThatThrownBy(() -> read.view("2.mlp.linear1.weight"))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(
              layer + ": tensor mlp.linear1.weight is damaged: the checksum of ")
          .hasMessageEndingWith(
              " is wrong; copy or download the file again, or take another checkpoint");
    }
  }

  private static boolean isIntact(NeoxCheckpoint checkpoint, String name) {
    try {
      return checkpoint.view(name).bytes().byteSize() > 0;
    } catch (UserException e) {
      return false;
    }
  }

  @Test
  void refusesShapesAndTypesThatNoNetworkHas() throws IOException {
    Map<String, Object> module = module();
    module.put("sequential.0.word_embeddings.weight", zeros(DType.FLOAT32));
    assertRefused(module, 1, "sequential.0.word_embeddings.weight is one number, no table");
    module = module();
    module.put("sequential.6.norm.scale", zeros(DType.INT64, 64));
    assertRefused(module, 1, "sequential.6.norm.scale is INT64; expected a floating-point type");
    module = module();
    module.put("sequential.x.mlp.w1.weight", zeros(DType.FLOAT32));
    assertRefused(module, 1, "layer x needs all of mlp.w1.weight, mlp.w2.weight, mlp.w3.weight");
    for (String matrix : List.of("w1", "w2")) {
      module.put("sequential.x.mlp." + matrix + ".weight", zeros(DType.FLOAT32, 4, 2));
    }
    module.put("sequential.x.mlp.w3.weight", zeros(DType.FLOAT32, 2, 2));
    assertRefused(
        module, 1, "layer x: mlp.w1.weight [4, 2] and mlp.w3.weight [2, 2] do not fit together");
  }

  @Test
  void refusesStepsThatNobodyTook() throws IOException {
    assertRefused(module(), -1, "iteration -1 is no number of steps");
    assertRefused(module(), 1L << 62, "iteration 4611686018427387904 is no number of steps");
  }

  @Test
  void filesWithNumbersBeyondEveryRankAreNotLayers() throws IOException {
    Files.createFile(directory.resolve("layer_99999999999-model_00-model_states.pt"));
    Files.createFile(directory.resolve("mp_rank_99999999999_model_states.pt"));
    assertThatThrownBy(() -> NeoxCheckpoint.open(directory, OptionalLong.empty(), model))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(directory + ": no file 'latest'; ");
  }

  @Test
  void latestNamesACheckpointOrIsRefused() throws IOException {
    Path latest = directory.resolve("latest");
    for (String name : List.of("..", ".", "../x", "/etc", "a\\b", "a\nb", "x\u0000y", "\ud83d")) {
      Files.write(latest, name.getBytes(StandardCharsets.ISO_8859_1));
      boolean isName = name.equals("\ud83d"); // becomes a question mark
      assertThatThrownBy(() -> NeoxCheckpoint.resolve(directory, OptionalLong.empty()))
          .as(name)
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(isName ? directory + ": " : latest + ": '")
          .hasMessageContaining(isName ? "'latest' names ?" : "' is not the name of a checkpoint");
    }
    Files.write(latest, new byte[] {(byte) 0xff, 'x'});
    assertThatThrownBy(() -> NeoxCheckpoint.resolve(directory, OptionalLong.empty()))
        .hasMessage(latest + ": '\ufffdx' is not the name of a checkpoint");
    Files.write(latest, new byte[0]);
    assertThatThrownBy(() -> NeoxCheckpoint.resolve(directory, OptionalLong.empty()))
        .hasMessage(latest + ": truncated: it is empty; copy or download it again");
    Files.delete(latest);
    Files.createDirectory(latest);
    assertThatThrownBy(() -> NeoxCheckpoint.resolve(directory, OptionalLong.empty()))
        .hasMessage(latest + ": expected a file, found a directory");
  }
}
