package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.slow.SlowRows;
import neox.config.ConfigSource;
import neox.config.model.ModelConfig;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// N ranks = 1 rank: the same losses and weights, however the work is divided. The ranks are
/// threads.
class ManyRanksTest {
  private static final int STEPS = 5;

  /// Sums in another order: 5 steps of fp32 give about 1e-6.
  private static final double TOLERANCE = 1e-5;

  /// The largest number of samples in a step that every division below can share.
  private static final int SAMPLES = 8;

  /// The end of a style whose ranks hold slices of the sequence.
  private static final String SLICES = "-slices";

  /// What one rank has computed, by style.
  private static final Map<String, Run> ALONE = new HashMap<>();

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest(name = "{0}: pipe {1}, data {2}, tensor {3}, ZeRO {4}")
  @CsvSource({
    "pythia, 1, 2, 2, 1",
    "llama, 1, 2, 2, 3",
    "gpt3, 2, 2, 1, 3",
    "t5, 2, 1, 2, 0",
    "documents, 1, 2, 1, 1",
    "documents-slices, 1, 1, 4, 0"
  })
  @SlowRows({
    "pythia, 1, 1, 2, 0",
    "pythia, 2, 1, 1, 0",
    "pythia, 1, 2, 1, 1",
    "pythia, 2, 1, 2, 0",
    "pythia, 1, 2, 1, 2",
    "pythia, 1, 4, 1, 3",
    "pythia, 2, 2, 1, 2",
    "t5, 2, 2, 1, 2",
    "t5, 1, 2, 1, 3",
    "llama, 2, 1, 2, 0",
    "gpt3, 2, 1, 2, 0",
    "gpt3, 1, 2, 2, 1",
    "alibi, 1, 1, 4, 0",
    "z-loss, 1, 1, 2, 0",
    "documents, 2, 1, 2, 0",
    "pythia-slices, 1, 1, 2, 0",
    "gpt3-slices, 2, 1, 2, 0",
    "llama-slices, 1, 2, 2, 1"
  })
  void manyRanksTrainAsOneDoes(String style, int pipe, int data, int tensor, int zero)
      throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    Run alone = alone(fixture, style);
    Run together = run(fixture, style, new Topology(pipe, data, tensor), zero);
    assertSame(together, alone);
  }

  private Run alone(TrainFixture fixture, String style) throws Exception {
    Run run = ALONE.get(style);
    if (run == null) {
      run = run(fixture, style, new Topology(1, 1, 1), 0);
      ALONE.put(style, run);
    }
    return run;
  }

  static void assertSame(Run actual, Run expected) {
    assertThat(actual.losses()).hasSize(STEPS);
    for (int step = 0; step < STEPS; step++) {
      assertClose("loss of step " + step, actual.losses().get(step), expected.losses().get(step));
      assertClose("norm of step " + step, actual.norms().get(step), expected.norms().get(step));
    }
    assertThat(actual.weights().keySet()).isEqualTo(expected.weights().keySet());
    expected
        .weights()
        .forEach((name, weights) -> {
          float[] found = Objects.requireNonNull(actual.weights().get(name), name);
          for (int i = 0; i < weights.length; i++) {
            assertThat(found[i])
                .as("%s, entry %d", name, i)
                .isCloseTo(weights[i], within((float) TOLERANCE));
          }
        });
  }

  /// What is saved does not depend on who saved it.
  @Test
  void aRunGoesOnWithOtherRanks() throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    Run whole = alone(fixture, "pythia");
    Path save = directory.resolve("moving");
    int steps = 0;
    for (Topology topology :
        List.of(new Topology(1, 1, 2), new Topology(2, 1, 1), new Topology(1, 2, 1))) {
      Map<String, String> overrides = overrides(fixture, "pythia", topology, 1, save);
      overrides.put("load", save.toString());
      overrides.put("exit_interval", String.valueOf(++steps));
      train(source(fixture, overrides), topology, ExitCode.STOPPED);
    }
    Map<String, String> overrides = overrides(fixture, "pythia", new Topology(1, 1, 1), 0, save);
    overrides.put("load", save.toString());
    train(source(fixture, overrides), new Topology(1, 1, 1), ExitCode.OK);
    assertSame(read(save, model(fixture, overrides)), whole);
  }

  /// Two plain commands that differ in RANK; sums of two numbers do not depend on who adds them.
  /// The processes write their checkpoints beside their steps, in threads that talk to each other,
  /// too; tensor-parallel ones recompute their activations. The threads do neither.
  @ParameterizedTest(name = "pipe {0}, data {1}, tensor {2}, ZeRO {3}, recompute {4}")
  @CsvSource("1, 1, 2, 0, true")
  @SlowRows({"2, 1, 1, 0, false", "1, 2, 1, 1, false"})
  void twoProcessesOverGlooTrainAsTwoThreadsDoBitForBit(
      int pipe, int data, int tensor, int zero, boolean recompute) throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    Topology topology = new Topology(pipe, data, tensor);
    Map<String, String> overrides =
        overrides(fixture, "pythia", topology, zero, directory.resolve("threads"));
    overrides.put("checkpoint_factor", "1");
    train(source(fixture, overrides), topology, ExitCode.OK);
    overrides.put("save", directory.resolve("processes").toString());
    overrides.put("checkpoint_activations", String.valueOf(recompute));
    overrides.put("async_save", "true");
    RankProcesses.run(
        topology.worldSize(), TrainFixture.arguments(fixture.config(), overrides), directory);
    for (String figure : List.of("train/lm_loss", "train/grad_norm")) {
      assertThat(Records.values(directory.resolve("processes/metrics.jsonl"), figure))
          .isEqualTo(Records.values(directory.resolve("threads/metrics.jsonl"), figure))
          .hasSize(STEPS);
    }
    for (int step = 1; step <= STEPS; step++) {
      assertThat(fixture.checkpoint("threads", step)).containsKey("neox_optimizer.safetensors");
      fixture.assertSameCheckpoints("processes", "threads", step);
    }
  }

  private static void assertClose(String what, double actual, double expected) {
    assertThat(actual).as(what).isCloseTo(expected, within(TOLERANCE * Math.abs(expected)));
  }

  /// What a run has computed.
  record Run(List<Double> losses, List<Double> norms, Map<String, float[]> weights) {}

  private Run run(TrainFixture fixture, String style, Topology topology, int zero)
      throws Exception {
    Path save = directory.resolve("%s-%s-zero%d".formatted(style, topology, zero));
    ConfigSource source = source(fixture, overrides(fixture, style, topology, zero, save));
    train(source, topology, ExitCode.OK);
    return read(save, model(fixture, overrides(fixture, style, topology, zero, save)));
  }

  static void train(ConfigSource source, Topology topology, int expectedCode) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Console console = new Console(InputStream.nullInputStream(), print, print, false, false);
    try (StopRequest stop = StopRequest.listen(console)) {
      Ranks.runInProcess(
          topology,
          ranks -> {
            RunPlan plan = RunPlan.read(source, topology.worldSize(), console::info);
            int code = Training.run(plan, new Training.Seat(ranks, Device.CPU), console, stop);
            assertThat(code).isEqualTo(expectedCode);
          });
    }
  }

  @Test
  void oneRankThatIsAskedBeforeTheFirstStepStopsAll() throws Exception {
    Path save = directory.resolve("stopped");
    stopOneRank(save, StopRequest::request);
    assertThat(save.resolve("latest")).doesNotExist();
  }

  @Test
  void oneRankThatIsAskedStopsAllAfterTheSameStep() throws Exception {
    Path save = directory.resolve("stopped");
    stopOneRank(
        save,
        stop ->
            Thread.ofPlatform().name("stops-a-rank").start(() -> requestAfterAStep(save, stop)));
    assertThat(save.resolve("latest")).content().matches("global_step\\d+");
  }

  private static void requestAfterAStep(Path save, StopRequest stop) {
    File metrics = save.resolve("metrics.jsonl").toFile();
    while (metrics.length() == 0) {
      LockSupport.parkNanos(100_000);
    }
    stop.request();
  }

  private void stopOneRank(Path save, Consumer<StopRequest> asking) throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    Topology topology = new Topology(1, 2, 1);
    Map<String, String> overrides = overrides(fixture, "pythia", topology, 0, save);
    overrides.put("train_iters", "500");
    ConfigSource source = source(fixture, overrides);
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Console console = new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false);
    try (StopRequest never = StopRequest.listen(console);
        StopRequest asked = StopRequest.listen(console)) {
      asking.accept(asked);
      Ranks.runInProcess(
          topology,
          ranks -> {
            RunPlan plan = RunPlan.read(source, topology.worldSize(), _ -> {});
            StopRequest mine = ranks.isFirstOfAll() ? never : asked;
            int code = Training.run(plan, new Training.Seat(ranks, Device.CPU), console, mine);
            assertThat(code).isEqualTo(ExitCode.STOPPED);
          });
    }
  }

  private static ModelConfig model(TrainFixture fixture, Map<String, String> overrides)
      throws IOException {
    int ranks = 4; // all divisions here divide them
    return RunPlan.read(source(fixture, overrides), ranks, _ -> {}).loaded().config().model();
  }

  static ConfigSource source(TrainFixture fixture, Map<String, String> overrides) {
    return new ConfigSource(Optional.empty(), List.of(fixture.config()), overrides);
  }

  static Map<String, String> overrides(
      TrainFixture fixture, String style, Topology topology, int zero, Path save) {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("data_path", fixture.dataPrefix().toString());
    overrides.put("num_layers", "3");
    overrides.put("num_attention_heads", "4");
    // Adam divides by the gradient's own size: with a tiny epsilon, weights whose gradients are
    // next
    // to nothing would follow rounding noise at full speed.
    overrides.put("optimizer.params.eps", "1.0e-3");
    overrides.put("hidden_dropout", "0");
    overrides.put("attention_dropout", "0");
    overrides.put("pipe_parallel_size", String.valueOf(topology.pipe()));
    overrides.put("model_parallel_size", String.valueOf(topology.tensor()));
    overrides.put("make_vocab_size_divisible_by", String.valueOf(128 / topology.tensor()));
    overrides.put("zero_optimization.stage", String.valueOf(zero));
    overrides.put("train_micro_batch_size_per_gpu", "2");
    overrides.put("gradient_accumulation_steps", String.valueOf(SAMPLES / 2 / topology.data()));
    overrides.put("train_iters", String.valueOf(STEPS));
    overrides.put("lr_decay_iters", "12");
    overrides.put("checkpoint_factor", "100");
    overrides.put("eval_interval", "2");
    overrides.put("save", save.toString());
    boolean slices = style.endsWith(SLICES);
    overrides.put("sequence_parallel", String.valueOf(slices));
    overrides.put("checkpoint_activations", String.valueOf(slices && topology.pipe() > 1));
    overrides.putAll(
        switch (style.replace(SLICES, "")) {
          case "pythia" -> Map.of();
          case "llama" ->
              Map.of(
                  "norm", "rmsnorm",
                  "activation", "swiglu",
                  "num_kv_heads", "2",
                  "intermediate_size", "96",
                  "use_bias_in_attn_linear", "false",
                  "use_bias_in_mlp", "false",
                  "gpt_j_residual", "false",
                  "rotary_pct", "1.0");
          case "gpt3" ->
              Map.of("pos_emb", "learned", "no_weight_tying", "false", "gpt_j_residual", "false");
          case "t5" ->
              Map.of("pos_emb", "rpe", "no_weight_tying", "false", "gpt_j_residual", "false");
          case "z-loss" -> Map.of("z_loss_multiplier", "0.01");
          case "alibi" -> Map.of("pos_emb", "alibi");
          case "documents" ->
              Map.of(
                  "pos_emb", "learned",
                  "reset_position_ids", "true",
                  "reset_attention_mask", "true",
                  "eod_mask_loss", "true");
          default -> throw new IllegalArgumentException(style);
        });
    return overrides;
  }

  static Run read(Path save, ModelConfig model) throws IOException {
    Path metrics = save.resolve("metrics.jsonl");
    return read(metrics, NeoxCheckpoint.open(save, OptionalLong.empty(), model));
  }

  /// @param checkpoint which is closed
  static Run read(Path metrics, NeoxCheckpoint checkpoint) throws IOException {
    List<Double> losses = Records.values(metrics, "train/lm_loss");
    List<Double> norms = Records.values(metrics, "train/grad_norm");
    Map<String, float[]> weights = new LinkedHashMap<>();
    try (NeoxCheckpoint saved = checkpoint) {
      for (String name : saved.names()) {
        weights.put(name, saved.view(name).bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
      }
    }
    return new Run(losses, norms, weights);
  }
}
