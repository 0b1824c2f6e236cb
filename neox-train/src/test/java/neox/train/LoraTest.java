package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.config.ConfigLoader;
import neox.config.NeoxConfig;
import neox.data.indexed.IndexedTokens;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.stage.NetworkStage;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.TensorStore;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Training of low-rank adapters (arXiv:2106.09685).
class LoraTest {
  private static final String[] LORA = {
    "lora.rank=4",
    "lora.alpha=8",
    "lora.targets=[attention.query_key_value, mlp.linear1, mlp.linear2]",
    "lora.dropout=0.1",
    "optimizer.params.lr=0.02"
  };

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
    TrainFixture.Result base = fixture.run("base", "train_iters=2", "seed=5");
    assertThat(base.code()).as(base.err()).isEqualTo(ExitCode.OK);
  }

  private Path base() {
    return directory.resolve("base/global_step2");
  }

  private TrainFixture.Result adapt(String name, String... more) {
    List<String> overrides = new ArrayList<>(List.of(LORA));
    overrides.add("init_from=" + base());
    overrides.addAll(List.of(more));
    return fixture.run(name, overrides.toArray(String[]::new));
  }

  @Test
  void trainsAdaptersAloneWhichAreMergedIntoTheSameNetwork() throws IOException {
    TrainFixture.Result result = adapt("run", "checkpoint_factor=12", "eval_iters=0");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    // per block: qkv (32 + 96), linear1 and linear2 (32 + 128 each), times rank 4
    assertThat(result.err()).contains("training 3,584 of 61,824 params, in 12 of 40 tensors");
    Path adapters = directory.resolve("run/global_step12");
    NeoxConfig config = ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(adapters)).config();
    try (NeoxCheckpoint checkpoint = NeoxCheckpoint.open(adapters, OptionalLong.empty(), config);
        NeoxCheckpoint before = NeoxCheckpoint.open(base(), OptionalLong.empty());
        OptimizerStateFile optimizer = OptimizerStateFile.open(adapters)) {
      assertThat(checkpoint.names()).hasSize(40).containsAll(before.names());
      for (String name : before.names()) {
        assertThat(checkpoint.view(name).bytes().mismatch(before.view(name).bytes()))
            .as(name)
            .isEqualTo(-1);
      }
      assertThat(optimizer.names()).hasSize(24).allMatch(name -> name.contains(".lora_"));
      assertSameNetwork(checkpoint, config);
    }
    try (var files = Files.list(adapters)) {
      long bytes = 0;
      for (Path file : files.filter(each -> each.toString().endsWith(".pt")).toList()) {
        bytes += Files.size(file);
      }
      assertThat(bytes).isLessThan(Files.size(base().resolve("mp_rank_00_model_states.pt")));
    }
  }

  /// The logits of the network with adapters, and of the one that they are merged into.
  private void assertSameNetwork(NeoxCheckpoint checkpoint, NeoxConfig config) throws IOException {
    NetworkSpec adapted = NetworkSpec.of(config.model(), checkpoint.paddedVocab(), config.tuning());
    NetworkSpec plain = NetworkSpec.of(config.model(), checkpoint.paddedVocab());
    float[] withAdapters = logits(adapted, checkpoint);
    float[] merged = logits(plain, MergedModel.of(checkpoint, config.tuning()));
    float[] without;
    try (NeoxCheckpoint base = NeoxCheckpoint.open(base(), OptionalLong.empty())) {
      without = logits(plain, base);
    }
    double moved = 0;
    for (int i = 0; i < merged.length; i++) {
      assertThat(merged[i]).isCloseTo(withAdapters[i], within(1e-6f * (1 + Math.abs(merged[i]))));
      moved = Math.max(moved, Math.abs(merged[i] - without[i]));
    }
    assertThat(moved).isGreaterThan(0.1);
    try (NeoxCheckpoint base = NeoxCheckpoint.open(base(), OptionalLong.empty())) {
      double after = loss(plain, MergedModel.of(checkpoint, config.tuning()));
      assertThat(after).isLessThan(loss(plain, base) - 0.01);
    }
  }

  /// Of documents that are not trained on.
  private double loss(NetworkSpec spec, TensorStore store) throws IOException {
    int[][] ids = new int[10][32];
    int[][] labels = new int[10][32];
    try (IndexedTokens tokens = IndexedTokens.open(fixture.dataPrefix())) {
      for (int row = 0; row < ids.length; row++) {
        long document = tokens.count() - 1 - row;
        tokens.read(document, 0, 32, ids[row], 0);
        tokens.read(document, 1, 32, labels[row], 0);
      }
    }
    Placement placement = Placement.cpu(ScalarType.Float);
    try (Network network = Network.build(spec, NetworkOptions.inference(placement));
        var _ = Scope.open()) {
      network.load(store);
      return NetworkStage.evaluate(
              network,
              Inputs.of(placement.ids(ids)),
              (hidden, head) -> head.logLikelihoods(hidden, placement.ids(labels)).mean().neg())
          .item_double();
    }
  }

  private static float[] logits(NetworkSpec spec, TensorStore store) {
    Placement placement = Placement.cpu(ScalarType.Float);
    try (Network network = Network.build(spec, NetworkOptions.inference(placement));
        var _ = Scope.open()) {
      network.load(store);
      int[][] ids = new int[2][16];
      for (int i = 0; i < 32; i++) {
        ids[i / 16][i % 16] = 32 + 7 * i % 90;
      }
      Tensor logits =
          NetworkStage.evaluate(
              network, Inputs.of(placement.ids(ids)), (hidden, head) -> head.logits(hidden));
      return TensorData.floats(logits.reshape(-1));
    }
  }

  @Test
  void goesOnBitForBit() throws IOException {
    assertThat(adapt("whole", "train_iters=6").code()).isEqualTo(ExitCode.OK);
    assertThat(adapt("parts", "train_iters=6", "exit_interval=3").code())
        .isEqualTo(ExitCode.STOPPED);
    assertThat(adapt("parts", "train_iters=6").code()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("parts", "whole", 6);
  }

  /// Nothing but the adapters drops anything, so that their random numbers alone are restored.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkpoint_activations=true",
        "recompute_granularity=selective;recompute_modules=[mlp]"
      })
  void dropsTheSameWhereActivationsAreRecomputed(String recompute) throws IOException {
    String[] still = {"train_iters=4", "hidden_dropout=0", "attention_dropout=0"};
    assertThat(adapt("kept", still).code()).isEqualTo(ExitCode.OK);
    List<String> all = new ArrayList<>(List.of(still));
    all.addAll(List.of(recompute.split(";")));
    TrainFixture.Result again = adapt("again", all.toArray(String[]::new));
    assertThat(again.code()).as(again.err()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("again", "kept", 4);
  }

  @Test
  void saysWhatAdaptersNeed() throws IOException {
    assertThat(fixture.run("run", LORA).err())
        .contains("init_from: required but missing: the model that adapters (lora.rank) adapt");
    List<String> latest = new ArrayList<>(List.of(LORA));
    latest.add("init_from=" + directory.resolve("base"));
    assertThat(fixture.run("run", latest.toArray(String[]::new)).err())
        .contains(
            "init_from: "
                + directory.resolve("base")
                + " means its latest checkpoint, which may change, but adapters (lora.rank) belong"
                + " to one; expected "
                + base());
    assertThat(adapt("run", "freeze_params=['0.*']").err())
        .contains("lora.rank: contradicts freeze_params and train_biases_only");
    assertThat(adapt("run", "lora.targets=[attention.query]").err())
        .contains("lora.targets: expected a list, each item one of attention.query_key_value,");
    assertThat(adapt("made", "train_iters=1").code()).isEqualTo(ExitCode.OK);
    Files.move(base(), directory.resolve("elsewhere"));
    TrainFixture.Result gone = adapt("made", "train_iters=2");
    assertThat(gone.code()).isEqualTo(ExitCode.USAGE);
    assertThat(gone.err()).contains("which is not there; write where it is as init_from in ");
  }
}
