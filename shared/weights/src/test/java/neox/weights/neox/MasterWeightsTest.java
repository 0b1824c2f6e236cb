package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.NeoxConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.Reading.Weights;
import neox.weights.pickle.None;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The float32 weights of an optimizer, in place of what the network computes with.
class MasterWeightsTest {
  private static final Reading MASTERS = Reading.PLAIN.withWeights(Weights.MASTERS);
  private static final String FROZEN = "6.norm.bias";

  @TempDir Path directory;

  private static NeoxCheckpoint open(Path checkpoint, Reading reading) throws IOException {
    NeoxConfig config = ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(checkpoint)).config();
    return NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), config, reading);
  }

  private static Path golden(String name) {
    return Golden.path(name + "/global_step20");
  }

  @ParameterizedTest
  @CsvSource({"deepspeed/F16_dyn_z0, FLOAT16", "deepspeed/Z1_dp2_bf16, BFLOAT16"})
  void roundToTheWeightsOfTheModelAndSayMore(String run, DType type) throws IOException {
    try (NeoxCheckpoint model = open(golden(run), Reading.PLAIN);
        NeoxCheckpoint masters = open(golden(run), MASTERS)) {
      int finer = 0;
      for (String name : model.names()) {
        TensorView master = masters.view(name);
        assertThat(model.dtype(name)).isEqualTo(type);
        assertThat(masters.dtype(name)).isEqualTo(DType.FLOAT32);
        assertThat(master.shape()).isEqualTo(model.view(name).shape());
        assertThat(Golden.bytes(Floats.convert(master, type)))
            .as(name)
            .isEqualTo(Golden.bytes(model.view(name)));
        TensorView widened = Floats.convert(model.view(name), DType.FLOAT32);
        finer += widened.bytes().mismatch(master.bytes()) >= 0 ? 1 : 0;
      }
      assertThat(finer).isGreaterThan(model.names().size() / 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepspeed/Z3_dp2", "deepspeed/P_tp2pp2", "checkpoints/C_llama"})
  void areTheWeightsThemselvesWhereTheseAreFloat32(String run) throws IOException {
    try (NeoxCheckpoint model = open(golden(run), Reading.PLAIN);
        NeoxCheckpoint masters = open(golden(run), MASTERS)) {
      for (String name : model.names()) {
        assertThat(Golden.bytes(masters.view(name)))
            .as(name)
            .isEqualTo(Golden.bytes(model.view(name)));
      }
    }
  }

  @Test
  void areRefusedWhereNoOptimizerIs() {
    Path checkpoint = golden("checkpoints/A_bf16");
    assertThatThrownBy(() -> open(checkpoint, MASTERS))
        .isInstanceOf(UserException.class)
        .hasMessage(
            checkpoint
                + ": no state of an optimizer in it, so no float32 weights (masters) beside its"
                + " bfloat16 ones; add the optimizer's files (*optim_states.pt or"
                + " neox_optimizer.safetensors), or take the model's weights");
  }

  @Test
  void areRefusedWhereDeepSpeedsOptimizerHasNone() throws IOException {
    try (NeoxCheckpoint source = open(golden("checkpoints/A_bf16"), Reading.PLAIN)) {
      write(source);
      List<Object> numbers = new ArrayList<>();
      for (long i = 0; i < source.names().size(); i++) {
        numbers.add(i);
      }
      long decaying = source.parameters().stream().filter(spec -> spec.group().decays()).count();
      Map<String, Object> optimizer = new LinkedHashMap<>();
      optimizer.put("state", Map.of());
      optimizer.put(
          "param_groups",
          List.of(
              Map.of("params", numbers.subList(0, (int) decaying)),
              Map.of("params", numbers.subList((int) decaying, numbers.size()))));
      TorchFileWriter.write(
          directory.resolve("mp_rank_00_model_states.pt"),
          Map.of("module", None.NONE, "optimizer", optimizer));
    }
    assertThatThrownBy(() -> open(directory, MASTERS))
        .hasMessage(
            directory
                + ": the state of its optimizer holds no float32 weights (masters) of"
                + " 0.word_embeddings.weight; take the model's weights");
  }

  @Test
  void ofOursAreReadAndFrozenParametersWidened() throws IOException {
    try (NeoxCheckpoint source = open(golden("checkpoints/A_bf16"), Reading.PLAIN)) {
      write(source);
      List<NamedTensor> state = new ArrayList<>();
      for (String name : source.names()) {
        if (!name.equals(FROZEN)) {
          TensorView master = finer(source.view(name));
          state.add(NamedTensor.of(OptimizerStateFile.name(name, "master"), master));
        }
      }
      write(List.of(), state);
      try (NeoxCheckpoint masters = open(directory, MASTERS)) {
        for (String name : source.names()) {
          TensorView stored = source.view(name);
          TensorView expected =
              name.equals(FROZEN) ? Floats.convert(stored, DType.FLOAT32) : finer(stored);
          assertThat(Golden.bytes(masters.view(name))).as(name).isEqualTo(Golden.bytes(expected));
        }
      }
    }
  }

  @Test
  void ofOursAreRefusedWhereAnOptimizerTrainsWithoutThem() throws IOException {
    try (NeoxCheckpoint source = open(golden("checkpoints/A_bf16"), Reading.PLAIN)) {
      write(source);
      List<NamedTensor> state = new ArrayList<>();
      for (String name : source.names()) {
        TensorView some = finer(source.view(name));
        String slot = name.equals(FROZEN) ? "exp_avg" : "master";
        state.add(NamedTensor.of(OptimizerStateFile.name(name, slot), some));
        state.add(NamedTensor.of(OptimizerStateFile.name(name, "momentum"), some));
      }
      write(List.of("momentum"), state);
    }
    assertThatThrownBy(() -> open(directory, MASTERS))
        .hasMessage(
            directory
                + ": the state of its optimizer holds no float32 weights (masters) of 6.norm.bias;"
                + " take the model's weights");
  }

  private void write(NeoxCheckpoint source) throws IOException {
    NeoxCheckpointWriter.write(
        directory,
        new CheckpointContent(
            CheckpointPart.whole(NetworkSpec.of(source.config(), 512)),
            "CharLevelTokenizer",
            20,
            160,
            Layout.FILE_PER_LAYER,
            CheckpointContent.existing(source::view),
            Map.of(),
            Map.of("config.yml", Files.readString(source.configs().resolve("config.yml")))));
  }

  private void write(List<String> slots, List<NamedTensor> state) throws IOException {
    OptimizerStateFile.Header header =
        new OptimizerStateFile.Header("Test", slots, List.of("exp_avg"), 20);
    OptimizerStateFile.write(directory, header, state);
  }

  /// Float32 numbers which bfloat16 cannot hold, that round to these.
  private static TensorView finer(TensorView view) {
    TensorView wide = Floats.convert(view, DType.FLOAT32);
    for (long i = 0; i < wide.bytes().byteSize(); i += Float.BYTES) {
      wide.bytes().set(ValueLayout.JAVA_BYTE, i, (byte) 1);
    }
    return wide;
  }
}
