package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.pickle.OrderedDict;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.spec.Home;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Checkpoints of 2023: other names in the MLP, and buffers beside the parameters.
class OldNamesTest {
  @TempDir Path directory;

  @Test
  void readsTheMlpNamesOf2023AndSkipsBuffers() throws IOException {
    ModelConfig model = Models.pythia();
    Map<String, Object> module = new LinkedHashMap<>();
    for (ParameterSpec spec : NetworkSpec.of(model, 512).parameters()) {
      Home home = spec.homes().getFirst();
      module.put(
          "sequential." + home.layer() + "." + old(home.name()),
          filled(spec.shape(), home.layer()));
    }
    module.put("sequential.2.attention.rotary_emb.inv_freq", filled(Shape.of(2), 9));
    try (NeoxCheckpoint checkpoint = write(module, model)) {
      assertThat(checkpoint.names()).hasSize(40).contains("3.mlp.linear2.bias");
      assertThat(Golden.values(checkpoint.view("3.mlp.linear1.bias"))).hasSize(256).contains(3);
      assertThat(checkpoint.iteration()).isEqualTo(5);
    }
  }

  /// As GPT-NeoX-20B is distributed: two ranks' layer files with the names of their time, buffers
  /// among them, and nothing else.
  @Test
  void readsLayerFilesAlone() throws IOException {
    ModelConfig model = Models.pythia();
    Path checkpoint = directory.resolve("global_step150000");
    List<ParameterSpec> specs = NetworkSpec.of(model, 512).parameters();
    for (int rank = 0; rank < 2; rank++) {
      Map<Integer, Map<String, Object>> layers = new LinkedHashMap<>();
      for (ParameterSpec spec : specs) {
        Home home = spec.homes().getFirst();
        layers
            .computeIfAbsent(home.layer(), _ -> new LinkedHashMap<>())
            .put(old(home.name()), filled(Shards.local(spec, 2), rank + 1));
      }
      Objects.requireNonNull(layers.get(2))
          .put("attention.rotary_emb.inv_freq", filled(Shape.of(2), 9));
      for (Map.Entry<Integer, Map<String, Object>> layer : layers.entrySet()) {
        TorchFileWriter.write(
            checkpoint.resolve(CheckpointNames.layerFile(layer.getKey(), rank)),
            new OrderedDict(layer.getValue()));
      }
    }
    try (NeoxCheckpoint read = NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), model)) {
      assertThat(read.names()).hasSize(specs.size());
      assertThat(read.iteration()).isEqualTo(150000);
      assertThat(read.clientState()).isEmpty();
      assertThat(Golden.values(read.view("2.mlp.linear1.bias"))).startsWith(1).endsWith(2);
      assertThat(Golden.values(read.view("2.mlp.linear2.bias"))).containsOnly(3);
      assertThat(Golden.values(read.view("6.norm.bias"))).containsOnly(1.5);
    }
  }

  private static String old(String name) {
    return name.replace("mlp.linear1", "mlp.dense_h_to_4h")
        .replace("mlp.linear2", "mlp.dense_4h_to_h");
  }

  @Test
  void joinsGateAndUpOfThe2023LlamaMlp() throws IOException {
    ModelConfig model = Models.llama();
    try (NeoxCheckpoint checkpoint = write(llama(model), model)) {
      double[] linear1 = Golden.values(checkpoint.view("2.mlp.linear1.weight"));
      assertThat(linear1).hasSize(384 * 64);
      assertThat(linear1[0]).as("up comes first").isEqualTo(3);
      assertThat(linear1[192 * 64]).as("gate follows").isEqualTo(1);
      assertThat(Golden.values(checkpoint.view("2.mlp.linear2.weight"))).contains(2);
    }
  }

  @Test
  void asksForAllThreeMatricesOfThe2023LlamaMlp() {
    ModelConfig model = Models.llama();
    Map<String, Object> module = llama(model);
    module.remove("sequential.3.mlp.w3.weight");
    assertThatThrownBy(() -> write(module, model))
        .hasMessage(
            directory.resolve("mp_rank_00_model_states.pt")
                + ": layer 3 needs all of mlp.w1.weight, mlp.w2.weight, mlp.w3.weight");
  }

  private static Map<String, Object> llama(ModelConfig model) {
    Map<String, Object> module = new LinkedHashMap<>();
    for (ParameterSpec spec : NetworkSpec.of(model, 512).parameters()) {
      Home home = spec.homes().getFirst();
      String prefix = "sequential." + home.layer() + ".";
      switch (home.name()) {
        case "mlp.linear1.weight" -> {
          module.put(prefix + "mlp.w1.weight", filled(Shape.of(192, 64), 1));
          module.put(prefix + "mlp.w3.weight", filled(Shape.of(192, 64), 3));
        }
        case "mlp.linear2.weight" -> module.put(prefix + "mlp.w2.weight", filled(spec.shape(), 2));
        default -> module.put(prefix + home.name(), filled(spec.shape(), 0));
      }
    }
    return module;
  }

  private NeoxCheckpoint write(Map<String, Object> module, ModelConfig model) throws IOException {
    Path file = directory.resolve("mp_rank_00_model_states.pt");
    TorchFileWriter.write(file, Map.of("module", module, "total_iters", 5));
    return NeoxCheckpoint.open(directory, OptionalLong.empty(), model);
  }

  private static TensorView filled(Shape shape, float value) {
    MemorySegment bytes = Arena.ofAuto().allocate(shape.count() * Float.BYTES, Float.BYTES);
    for (long i = 0; i < shape.count(); i++) {
      bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    return new TensorView(DType.FLOAT32, shape, bytes);
  }
}
