package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import neox.config.model.ModelConfig;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs whose data-parallel ranks share gradients and weights, whole, with what else a run may
/// have.
class ZeroRunTest {
  private static final Topology TWO = new Topology(1, 2, 1);

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void startNatives() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  /// Buckets of some parameters each, several of which are under way in a backward pass.
  @ParameterizedTest
  @CsvSource("2, 2, bfloat16")
  @SlowRows({"0, 1, fp32", "1, 1, bfloat16", "3, 1, fp32"})
  void talkingWhileComputingChangesNoBit(int stage, int pipe, String precision) throws IOException {
    Topology grid = new Topology(pipe, 2, 1);
    Map<String, String> settings =
        Map.of("precision", precision, "zero_optimization.reduce_bucket_size", "5000");
    Run silent = run("silent", grid, stage, settings);
    Map<String, String> overlapped = new LinkedHashMap<>(settings);
    overlapped.put("zero_optimization.overlap_comm", "true");
    assertSame(run("overlapped", grid, stage, overlapped), silent);
  }

  /// Buckets are reduced in any number of pieces, and parts of them too: each sum has the same
  /// terms in the same order.
  @Test
  void theSizeOfBucketsChangesNoBit() throws IOException {
    Run whole = run("whole", new Topology(1, 4, 1), 1, Map.of());
    Run pieces =
        run(
            "pieces",
            new Topology(1, 4, 1),
            1,
            Map.of("zero_optimization.reduce_bucket_size", "1000"));
    assertSame(pieces, whole);
  }

  @ParameterizedTest
  @ValueSource(ints = 3)
  @SlowRows("2")
  void continuesBitForBitFromACheckpoint(int stage) throws IOException {
    Map<String, String> settings =
        Map.of(
            "precision", "bfloat16",
            "checkpoint_activations", "true",
            "checkpoint_num_layers", "2",
            "checkpoint_factor", "1",
            "hidden_dropout", "0.1",
            "zero_optimization.overlap_comm", "true");
    Run undisturbed = run("undisturbed", TWO, stage, settings);
    Map<String, String> stopped = overrides("stopped", TWO, stage, settings);
    stopped.put("exit_interval", "2");
    ManyRanksTest.train(ManyRanksTest.source(fixture, stopped), TWO, ExitCode.STOPPED);
    Map<String, String> continued = overrides("stopped", TWO, stage, settings);
    continued.put("load", directory.resolve("stopped").toString());
    ManyRanksTest.train(ManyRanksTest.source(fixture, continued), TWO, ExitCode.OK);
    assertSame(read("stopped", continued), undisturbed);
  }

  /// What is not trained has no gradient, but ranks share it all the same.
  @ParameterizedTest
  @ValueSource(strings = "[0.*, 2.*, 3.mlp.*]")
  @SlowRows("'[6.*, 7.*]'")
  void whatIsFrozenIsSharedToo(String frozen) throws IOException {
    Map<String, String> settings = Map.of("freeze_params", frozen);
    assertClose(run("shared", TWO, 3, settings), run("whole", TWO, 0, settings), 1e-6);
  }

  @ParameterizedTest
  @CsvSource("bfloat16, fp32")
  @SlowRows({"fp16, fp32", "bfloat16, bf16"})
  void sharesNarrowWeightsWhateverTheirGradientsAreAddedUpIn(String precision, String sums)
      throws IOException {
    Map<String, String> settings =
        Map.of("precision", precision, "data_types.grad_accum_dtype", sums);
    Run whole = run("whole", TWO, 1, settings);
    for (int stage = 2; stage <= 3; stage++) {
      // Sums over ranks are taken before those over micro-batches: bfloat16 has 8 bits.
      Run shared = run("shared" + stage, TWO, stage, settings);
      for (int step = 0; step < whole.losses.size(); step++) {
        assertThat(shared.losses.get(step)).isCloseTo(whole.losses.get(step), within(2e-2));
      }
    }
  }

  @Test
  void matricesOfMuonStayWhole() throws IOException {
    Map<String, String> settings = Map.of("optimizer.type", "muon");
    assertClose(run("shared", TWO, 3, settings), run("whole", TWO, 1, settings), 1e-5);
  }

  /// Processes gather weights of a layer while another computes, and save while they train.
  @Tag("slow")
  @Test
  void twoProcessesShareWeightsAsTwoThreadsDoBitForBit() throws Exception {
    Run threads = run("threads", TWO, 3, Map.of());
    Map<String, String> settings =
        Map.of(
            "zero_optimization.overlap_comm", "true",
            "async_save", "true",
            "checkpoint_factor", "2");
    RankProcesses.run(
        TWO.worldSize(),
        TrainFixture.arguments(fixture.config(), overrides("processes", TWO, 3, settings)),
        directory);
    assertSame(read("processes", overrides("processes", TWO, 3, settings)), threads);
  }

  private record Run(List<Double> losses, List<Double> norms, Map<String, byte[]> weights) {}

  private static void assertSame(Run actual, Run expected) {
    assertThat(actual.losses).isEqualTo(expected.losses).isNotEmpty();
    assertThat(actual.norms).isEqualTo(expected.norms);
    assertThat(actual.weights.keySet()).isEqualTo(expected.weights.keySet()).isNotEmpty();
    expected.weights.forEach(
        (name, bytes) -> assertThat(actual.weights.get(name)).as(name).isEqualTo(bytes));
  }

  private static void assertClose(Run actual, Run expected, double tolerance) {
    assertThat(actual.losses).hasSameSizeAs(expected.losses).isNotEmpty();
    for (int step = 0; step < expected.losses.size(); step++) {
      double loss = expected.losses.get(step);
      assertThat(actual.losses.get(step)).isCloseTo(loss, within(tolerance * loss));
      double norm = expected.norms.get(step);
      assertThat(actual.norms.get(step)).isCloseTo(norm, within(tolerance * norm));
    }
    assertThat(actual.weights.keySet()).isEqualTo(expected.weights.keySet());
  }

  private Map<String, String> overrides(
      String name, Topology grid, int stage, Map<String, String> settings) {
    Map<String, String> overrides =
        ManyRanksTest.overrides(fixture, "pythia", grid, stage, directory.resolve(name));
    overrides.putAll(settings);
    return overrides;
  }

  private Run run(String name, Topology grid, int stage, Map<String, String> settings)
      throws IOException {
    Map<String, String> overrides = overrides(name, grid, stage, settings);
    ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), grid, ExitCode.OK);
    return read(name, overrides);
  }

  private Run read(String name, Map<String, String> overrides) throws IOException {
    Path save = directory.resolve(name);
    Path metrics = save.resolve("metrics.jsonl");
    ModelConfig model =
        RunPlan.read(ManyRanksTest.source(fixture, overrides), 4, _ -> {})
            .loaded()
            .config()
            .model();
    Map<String, byte[]> weights = new LinkedHashMap<>();
    try (NeoxCheckpoint saved = NeoxCheckpoint.open(save, OptionalLong.empty(), model)) {
      for (String key : saved.names()) {
        weights.put(
            key, Objects.requireNonNull(saved.view(key)).bytes().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return new Run(
        Records.values(metrics, "train/lm_loss"),
        Records.values(metrics, "train/grad_norm"),
        weights);
  }
}
