package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import neox.config.model.Activation;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
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
import neox.weights.spec.Shards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Checkpoints of runs with TransformerEngine: other names, and rows in another order.
class TransformerEngineTest {
  private static final int HIDDEN = 64;

  /// Two key/value heads of 16 for four heads; gated MLPs of 192; biases everywhere, as
  /// TransformerEngine has them.
  private final ModelConfig model =
      Models.pythia()
          .withDims(Models.pythia().dims().withKvHeads(2))
          .withTransformers(
              block -> block.withMlp(block.mlp().withActivation(Activation.SWIGLU).withSize(192)))
          .withNorm(new Norm.RmsNorm(1e-8));

  @TempDir Path directory;

  @Test
  void namesAndOrdersOfRowsBecomeOurs() throws IOException {
    for (int ranks : new int[] {1, 2}) {
      for (int rank = 0; rank < ranks; rank++) {
        write(rank, stored(rank, ranks));
      }
      try (NeoxCheckpoint read = NeoxCheckpoint.open(directory, OptionalLong.empty(), model)) {
        for (ParameterSpec spec : NetworkSpec.of(model, 512).parameters()) {
          assertThat(Golden.values(read.view(spec.key())))
              .as(spec.key())
              .isEqualTo(Golden.values(whole(spec)));
        }
      }
    }
  }

  @Test
  void theNormOfTheMlpCountsWhereBothAreThere() throws IOException {
    Map<String, Object> module = stored(0, 1);
    module.put("sequential.2.post_attention_layernorm.norm.weight", filled(Shape.of(HIDDEN), 7));
    module.put("sequential.2.mlp._extra_state", "anything");
    write(0, module);
    try (NeoxCheckpoint read = NeoxCheckpoint.open(directory, OptionalLong.empty(), model)) {
      assertThat(Golden.values(read.view("2.post_attention_layernorm.scale"))).doesNotContain(7);
    }
  }

  @Test
  void aParameterUnderTwoNamesIsRefused() throws IOException {
    Map<String, Object> module = stored(0, 1);
    module.put("sequential.3.attention.dense.bias", filled(Shape.of(HIDDEN), 7));
    write(0, module);
    assertThatThrownBy(() -> NeoxCheckpoint.open(directory, OptionalLong.empty(), model))
        .hasMessage(
            directory.resolve("mp_rank_00_model_states.pt")
                + ": sequential.3.attention.proj.bias and sequential.3.attention.dense.bias are the"
                + " same parameter");
  }

  @Test
  void itsOptimizerIsRefusedByName() throws IOException {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("module", stored(0, 1));
    state.put("optimizer", Map.of("state", Map.of(), "param_groups", List.of()));
    TorchFileWriter.write(directory.resolve("mp_rank_00_model_states.pt"), state);
    try (NeoxCheckpoint read = NeoxCheckpoint.open(directory, OptionalLong.empty(), model)) {
      assertThatThrownBy(() -> DeepSpeedOptimizer.open(read))
          .hasMessage(
              directory.resolve("mp_rank_00_model_states.pt")
                  + ": its optimizer state is that of modules of TransformerEngine"
                  + " (sequential.2.attention.qkv.weight), which is not read; continue with its"
                  + " weights alone by no_load_optim: true or finetune: true");
    }
  }

  private void write(int rank, Map<String, Object> module) throws IOException {
    TorchFileWriter.write(
        directory.resolve("mp_rank_%02d_model_states.pt".formatted(rank)),
        Map.of("module", module, "iteration", 5));
  }

  /// What TransformerEngine stores on one rank.
  private Map<String, Object> stored(int rank, int ranks) {
    Map<String, Object> module = new LinkedHashMap<>();
    for (ParameterSpec spec : NetworkSpec.of(model, 512).parameters()) {
      Home home = spec.homes().getFirst();
      TensorView mine = Shards.split(spec, whole(spec), rank, ranks);
      String name =
          home.name()
              .replace("attention.query_key_value.", "attention.qkv.")
              .replace("attention.dense.", "attention.proj.")
              .replace("mlp.linear1.", "mlp.fc1_")
              .replace("mlp.linear2.", "mlp.fc2_")
              .replace("post_attention_layernorm.scale", "mlp.layer_norm_weight")
              .replace("norm.scale", "norm.norm.weight");
      if (name.startsWith("attention.qkv.")) {
        mine = grouped(mine, ranks);
      } else if (name.startsWith("mlp.fc1_")) {
        mine = swapped(mine);
      }
      module.put("sequential." + home.layer() + "." + name, mine);
    }
    return module;
  }

  /// From all queries, all keys, all values to those of a key/value head together.
  private TensorView grouped(TensorView ours, int ranks) {
    int head = model.headDim();
    int queries = model.heads() / model.kvHeads();
    int groups = model.kvHeads() / ranks;
    int[] order = new int[groups * (queries + 2) * head];
    for (int row = 0; row < order.length; row++) {
      int group = row / ((queries + 2) * head);
      int part = row / head % (queries + 2);
      int source =
          part < queries
              ? group * queries + part
              : groups * queries + (part - queries) * groups + group;
      order[row] = source * head + row % head;
    }
    return rows(ours, order);
  }

  private static TensorView swapped(TensorView ours) {
    int half = (int) ours.shape().size(0) / 2;
    int[] order = new int[2 * half];
    for (int row = 0; row < order.length; row++) {
      order[row] = (row + half) % (2 * half);
    }
    return rows(ours, order);
  }

  private static TensorView rows(TensorView view, int[] order) {
    long row = view.bytes().byteSize() / order.length;
    MemorySegment bytes = Floats.allocate(view.dtype(), view.shape().count());
    for (int i = 0; i < order.length; i++) {
      MemorySegment.copy(view.bytes(), order[i] * row, bytes, i * row, row);
    }
    return new TensorView(view.dtype(), view.shape(), bytes);
  }

  /// Counts on: every number of a parameter is another one.
  private static TensorView whole(ParameterSpec spec) {
    TensorView view = filled(spec.shape(), 0);
    for (long i = 0; i < spec.shape().count(); i++) {
      view.bytes().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) (8 + i));
    }
    return view;
  }

  private static TensorView filled(Shape shape, float value) {
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, shape.count());
    for (long i = 0; i < shape.count(); i++) {
      bytes.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value);
    }
    return new TensorView(DType.FLOAT32, shape, bytes);
  }
}
