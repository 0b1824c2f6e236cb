package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import neox.config.NeoxConfig;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.train.ManyRanksTest.Run;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What tensor-parallel ranks share beside the plain network: adapters, what dropout draws, and
/// what optimizers see of matrices. The ranks are threads.
class TensorRanksTest {
  private static final Topology ALONE = new Topology(1, 1, 1);
  private static final Topology TWO = new Topology(1, 1, 2);

  @TempDir Path directory;
  private TrainFixture fixture;
  private int runs;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  /// A run of its own.
  private Run run(String style, Topology topology, Map<String, String> settings)
      throws IOException {
    return run(directory.resolve("run" + runs++), style, topology, settings, ExitCode.OK);
  }

  private Run run(
      Path save, String style, Topology topology, Map<String, String> settings, int code)
      throws IOException {
    Map<String, String> overrides = ManyRanksTest.overrides(fixture, style, topology, 0, save);
    overrides.putAll(settings);
    ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), topology, code);
    int ranks = 4; // all topologies here divide it
    NeoxConfig config =
        RunPlan.read(ManyRanksTest.source(fixture, overrides), ranks, _ -> {}).loaded().config();
    return ManyRanksTest.read(
        save.resolve("metrics.jsonl"), NeoxCheckpoint.open(save, OptionalLong.empty(), config));
  }

  /// B is 0 at first, so that A's gradient begins with the second step.
  @Test
  void adaptersTrainOnManyRanksAsOnOne() throws IOException {
    Path base = directory.resolve("base");
    run(base, "llama", ALONE, Map.of("train_iters", "1"), ExitCode.OK);
    Map<String, String> lora =
        Map.of(
            "init_from", base.resolve("global_step1").toString(),
            "lora.rank", "4",
            "lora.alpha", "16",
            "lora.targets",
                "[attention.query_key_value, attention.dense, mlp.linear1, mlp.linear2]");
    Run alone = run("llama", ALONE, lora);
    ManyRanksTest.assertSame(run("llama", TWO, lora), alone);
    ManyRanksTest.assertSame(run("llama-slices", new Topology(2, 1, 2), lora), alone);
  }

  /// Rules that look at whole matrices, of which each rank holds a piece. (Newton and Schulz's
  /// steps multiply small singular values, and their rounding, by 500; no warm-up, so that steps
  /// are large.)
  @ParameterizedTest
  @CsvSource("Muon, llama")
  @SlowRows("SM3, gpt3")
  void matricesArePutTogetherForOptimizersThatSeeThem(String type, String style)
      throws IOException {
    Map<String, String> optimizer = Map.of("optimizer.type", type, "optimizer.params.lr", "0.02");
    Run alone = run(style, ALONE, optimizer);
    ManyRanksTest.assertSame(run(style, TWO, optimizer), alone);
    Path save = directory.resolve("moving");
    Map<String, String> part = new HashMap<>(optimizer);
    part.put("load", save.toString());
    part.put("exit_interval", "3");
    run(save, style, TWO, part, ExitCode.STOPPED);
    ManyRanksTest.assertSame(run(save, style, new Topology(2, 1, 2), part, ExitCode.OK), alone);
  }

  /// All tensor-parallel ranks drop the same of what all have, whatever stage it is on.
  @ParameterizedTest
  @CsvSource("gpt3")
  @SlowRows("pythia")
  void whatIsDroppedOfHiddenStatesDoesNotDependOnTheTensorRanks(String style) throws IOException {
    Map<String, String> dropout = Map.of("hidden_dropout", "0.2");
    Run two = run(style, TWO, dropout);
    ManyRanksTest.assertSame(run(style, new Topology(1, 1, 4), dropout), two);
    ManyRanksTest.assertSame(run(style, new Topology(2, 1, 2), dropout), two);
    assertThat(two.losses()).isNotEqualTo(run(style, TWO, Map.of()).losses());
  }

  /// Nothing is remembered of what was drawn, and what is computed again draws the same.
  @ParameterizedTest
  @CsvSource("gpt3-slices")
  @SlowRows({"pythia", "documents"})
  void dropoutIsTheSameAfterAResumeAndInRecomputation(String style) throws IOException {
    Map<String, String> dropout = Map.of("hidden_dropout", "0.1", "attention_dropout", "0.2");
    Run whole = run(style, TWO, dropout);
    Path save = directory.resolve("resumed");
    Map<String, String> part =
        Map.of(
            "hidden_dropout", "0.1",
            "attention_dropout", "0.2",
            "load", save.toString(),
            "checkpoint_activations", "true",
            "exit_interval", "2");
    run(save, style, TWO, part, ExitCode.STOPPED);
    run(save, style, TWO, part, ExitCode.STOPPED);
    Run resumed = run(save, style, TWO, part, ExitCode.OK);
    assertThat(resumed.losses()).isEqualTo(whole.losses());
    whole
        .weights()
        .forEach(
            (name, weights) -> assertThat(resumed.weights().get(name)).as(name).isEqualTo(weights));
  }
}
