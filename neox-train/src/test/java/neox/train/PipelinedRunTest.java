package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import neox.base.ExitCode;
import neox.config.ConfigSource;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a run can do, it does on several pipeline stages as on one: everything that it records is
/// the same. (Architectures: [ManyRanksTest], [LayoutMatrixTest].)
class PipelinedRunTest {
  /// Sums in another order.
  private static final double TOLERANCE = 1e-5;

  private static final int MICRO_BATCHES = 4;

  private static final List<String> SMALL =
      List.of(
          "num_layers=4",
          "hidden_dropout=0",
          "attention_dropout=0",
          "optimizer.params.eps=1.0e-3", // as in ManyRanksTest
          "train_iters=4",
          "lr_decay_iters=4",
          "eval_interval=2",
          "checkpoint_factor=100");

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  static List<Arguments> features() {
    return List.of(
        Arguments.of("evaluation in characters", 4, List.of("char_level_ppl=true")),
        Arguments.of("z-loss", 2, List.of("z_loss_multiplier=0.01", "log_grad_norm=true")),
        Arguments.of(
            "soft prompt", 4, List.of("soft_prompt_tuning.enabled=true", PROMPT, "seq_length=28")),
        Arguments.of("the first stage frozen", 2, List.of("freeze_params=['0.*', '2.*', '3.*']")),
        Arguments.of("the first stage alone trained", 2, List.of("freeze_params=" + LATER)),
        Arguments.of("recomputation", 3, List.of("checkpoint_activations=true")),
        Arguments.of(
            "sequences that grow",
            2,
            List.of(
                "curriculum_learning.enabled=true",
                "curriculum_learning.curriculum_type=seqlen",
                "curriculum_learning.min_difficulty=8",
                "curriculum_learning.max_difficulty=32",
                "curriculum_learning.schedule_type=fixed_linear",
                "curriculum_learning.schedule_config.total_curriculum_step=3",
                "curriculum_learning.schedule_config.difficulty_step=8")),
        Arguments.of(
            "uniform stages, tied ends",
            3,
            List.of("pipe_partition_method=uniform", "no_weight_tying=false")),
        Arguments.of(
            "muP",
            2,
            List.of(
                "num_layers=2",
                "hidden_size=64",
                "num_attention_heads=4",
                "use_mup=true",
                "mup_output_temp=2",
                "mup_embedding_mult=3",
                "base_shapes_file=" + TrainFixture.GOLDEN.resolve("MU_train/base_shapes"))),
        Arguments.of("stages of equal parameters", 4, List.of("pipe_partition_method=parameters")));
  }

  private static final String PROMPT = "soft_prompt_tuning.num_tokens=4";
  private static final String LATER = "['4.*', '5.*', '7.*', '8.*']";

  @ParameterizedTest(name = "{0} on {1} stages")
  @MethodSource("features")
  void recordsTheSameOnSeveralStages(String feature, int stages, List<String> settings)
      throws IOException {
    run("one", 1, settings);
    run("several", stages, settings);
    assertSame(records("several"), records("one"));
  }

  @Test
  void adaptersLearnTheSameOnSeveralStages() throws IOException {
    run("base", 1, List.of("train_iters=1"));
    List<String> settings =
        List.of(
            "init_from=" + directory.resolve("base/global_step1"),
            "lora.rank=2",
            "lora.targets=[attention.query_key_value, mlp.linear1]",
            "pipe_partition_method=uniform"); // of 4 stages, the last has no adapters
    run("one", 1, settings);
    run("several", 4, settings);
    assertSame(records("several"), records("one"));
  }

  /// Whichever rank meets an overflow, all leave the step out and lower their scale.
  @Test
  void allStagesSkipTheSameSteps() throws IOException {
    List<String> settings =
        List.of(
            "fp16.enabled=true",
            "fp16.initial_scale_power=14",
            "fp16.loss_scale_window=2",
            "fp16.hysteresis=1",
            "train_iters=12",
            "eval_iters=0");
    run("one", 1, settings);
    List<Map<String, Double>> one = records("one");
    List<Double> scales =
        one.stream()
            .filter(line -> line.containsKey("train/loss_scale"))
            .map(line -> line.get("train/loss_scale"))
            .toList();
    assertThat(scales.getLast()).as("%s", scales).isGreaterThan(Collections.min(scales));
    assertThat(scales.getFirst()).as("%s", scales).isGreaterThan(Collections.min(scales));
    run("several", 4, settings);
    assertSame(records("several"), one);
  }

  private void run(String name, int stages, List<String> settings) {
    run(fixture, name, new Topology(stages, 1, 1), settings);
  }

  /// Trains a small network on a number of samples that does not depend on the ranks.
  static void run(TrainFixture fixture, String name, Topology topology, List<String> settings) {
    List<String> all = new ArrayList<>(SMALL);
    all.add("gradient_accumulation_steps=" + MICRO_BATCHES / topology.data());
    all.add("make_vocab_size_divisible_by=" + 128 / topology.tensor());
    all.addAll(settings);
    all.add("pipe_parallel_size=" + topology.pipe());
    all.add("model_parallel_size=" + topology.tensor());
    ConfigSource source = fixture.source(name, all.toArray(String[]::new));
    ManyRanksTest.train(source, topology, ExitCode.OK);
  }

  /// The numbers of each line of `metrics.jsonl` but what differs from run to run.
  private List<Map<String, Double>> records(String name) throws IOException {
    return records(directory.resolve(name).resolve("metrics.jsonl"));
  }

  static List<Map<String, Double>> records(Path metrics) throws IOException {
    List<Map<String, Double>> records = new ArrayList<>();
    for (JsonNode line : Records.lines(metrics)) {
      Map<String, Double> numbers = new LinkedHashMap<>();
      line.properties().stream()
          .filter(entry -> entry.getValue().isNumber() && !Records.isOfTheMachine(entry.getKey()))
          .forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asDouble()));
      if (numbers.size() > 1) { // more than the step
        records.add(numbers);
      }
    }
    return records;
  }

  static void assertSame(List<Map<String, Double>> actual, List<Map<String, Double>> expected) {
    assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < expected.size(); i++) {
      Map<String, Double> line = actual.get(i);
      assertThat(line.keySet()).as("line %d", i).isEqualTo(expected.get(i).keySet());
      expected
          .get(i)
          .forEach((name, value) ->
              assertThat(Objects.requireNonNull(line.get(name)))
                  .as("%s of %s", name, line.get("step"))
                  .isCloseTo(value, within(TOLERANCE * Math.max(1e-3, Math.abs(value)))));
    }
  }
}
