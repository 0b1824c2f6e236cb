package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.base.slow.SlowRows;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.parallel.Topology;
import neox.train.data.BatchFeed;
import neox.train.data.TrainingData;
import neox.weights.TensorView;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Replays training runs of GPT-NeoX from its own first weights, on its own data.
class ReplayTest {
  private static final int STEPS = 20;

  /// Two implementations in float32 drift apart by rounding alone; 20 steps give about 1e-6.
  private static final double TOLERANCE = 1e-4;

  private static final int ONE_RANK = 1;

  @TempDir Path directory;

  /// The gradients of the recorded runs are sums over the micro-batches when they were recorded
  /// with pipe_parallel_size 1; ours are means. Adam with means follows Adam with sums over n
  /// micro-batches exactly when its epsilon is divided by n, too.
  @ParameterizedTest
  @CsvSource({"A_pythia, 2", "A0_pythia_nopipe, 1", "B_gpt3, 2"})
  void followsARunOfNeoxStepByStepToItsLastWeights(String run, double normScale)
      throws IOException {
    follow(run, run, normScale);
    assertSameWeights(
        golden(run).resolve("global_step20"), directory.resolve("save/global_step20"), model(run));
  }

  /// One option each; their last weights are not recorded.
  ///
  /// @param first whose first weights they start from
  @ParameterizedTest
  @CsvSource({
    "C_llama, C_llama, 2",
    "pos_rpe, pos_rpe, 2",
    "attn_sliding16, A_pythia, 2",
    "attn_gqa2, attn_gqa2, 2",
    "opt_lion, A_pythia, 2",
    "act_swiglu, act_swiglu, 2"
  })
  @SlowRows({
    "pos_rpe_nopipe, pos_rpe_nopipe, 1",
    "pos_alibi_heads6, pos_alibi_heads6, 2",
    "qk_layernorm, qk_layernorm, 2",
    "amlp_s16b16, amlp_s16b16, 2",
    "norm_rmsnorm, norm_rmsnorm, 2",
    "curriculum_seqlen, A_pythia, 2",
    "curriculum_fixed_discrete, A_pythia, 2"
  })
  void followsARunOfNeoxWithAnotherOption(String run, String first, double normScale)
      throws IOException {
    TrainFixture.Result result = follow(run, first, normScale);
    if (Files.exists(golden(run).resolve("evaluations.jsonl"))) {
      assertSameEvaluations(Records.lines(golden(run).resolve("evaluations.jsonl")), result.out());
    }
  }

  /// With sums for gradients, as they were recorded, nothing of the configuration is translated.
  @ParameterizedTest
  @ValueSource(strings = {"opt_adam_eps1e-2", "opt_madgrad_wd", "opt_sm3"})
  void followsOptimizersThatFeelTheScaleOfGradients(String run) throws IOException {
    follow(run, "A_pythia", 1, "grad_accum_reduction=sum");
  }

  /// The network, first values aside, is that without muP: GPT-NeoX scales weight decay alone.
  @Test
  void followsARunOfNeoxWithMuP() throws IOException {
    follow(
        "MU_train",
        "MU_train",
        1,
        "grad_accum_reduction=sum",
        "gradient_clipping=0.5",
        "base_shapes_file=" + golden("MU_train").resolve("base_shapes"));
  }

  /// On two pipeline stages, as it was recorded; the gradients are sums over the micro-batches.
  @Test
  void followsARunOfNeoxOnTwoStages() throws IOException {
    new TrainFixture(directory);
    Path golden = golden("E_pp2");
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data_path", directory.resolve("corpus1_text_document").toString());
    settings.put("load", golden.resolve("global_step0").toString());
    settings.put("finetune", "true");
    settings.put("save", directory.resolve("save").toString());
    settings.put("log_dir", directory.resolve("log").toString());
    settings.put("tensorboard_dir", directory.resolve("tb").toString());
    settings.put("gradient_clipping", "0"); // NeoX did not hand the configured 1.0 to DeepSpeed
    settings.put("grad_accum_reduction", "sum");
    ManyRanksTest.train(
        new ConfigSource(Optional.empty(), List.of(golden.resolve("config.yml")), settings),
        new Topology(2, 1, 1),
        ExitCode.OK);
    assertFollows("E_pp2", 1);
  }

  private static void assertSameEvaluations(List<JsonNode> expected, String log) {
    List<MatchResult> ours =
        Pattern.compile(" (\\w+) results at (.*?) \\| lm_loss value: (\\S+) ")
            .matcher(log)
            .results()
            .toList();
    assertThat(ours).hasSameSizeAs(expected);
    for (int i = 0; i < ours.size(); i++) {
      double loss = expected.get(i).get("lm_loss").asDouble();
      assertThat(ours.get(i).group(1)).isEqualTo(expected.get(i).get("split").asText());
      assertThat(ours.get(i).group(2)).isEqualTo(expected.get(i).get("when").asText());
      assertThat(Double.parseDouble(ours.get(i).group(3)))
          .isCloseTo(loss, within(TOLERANCE * loss));
    }
  }

  private TrainFixture.Result follow(String run, String first, double normScale)
      throws IOException {
    return follow(run, first, normScale, "optimizer.params.eps=" + 1e-8 / normScale);
  }

  private TrainFixture.Result follow(String run, String first, double normScale, String... settings)
      throws IOException {
    TrainFixture.Result result = TrainFixture.run(arguments(run, first, settings));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertFollows(run, normScale);
    return result;
  }

  private void assertFollows(String run, double normScale) throws IOException {
    Map<Long, JsonNode> ours = Records.steps(directory.resolve("log/metrics.jsonl"));
    List<JsonNode> trace = Records.lines(golden(run).resolve("trace.jsonl"));
    assertThat(trace).hasSize(STEPS);
    for (JsonNode step : trace) {
      long number = step.get("iteration").asLong();
      JsonNode actual = Objects.requireNonNull(ours.get(number), "step " + number);
      assertClose(actual, "train/lm_loss", 1, step.get("lm_loss").asDouble());
      assertClose(actual, "train/learning_rate", 1, step.get("lr_after_step").asDouble());
      assertClose(actual, "train/grad_norm", normScale, step.get("grad_norm").asDouble());
    }
  }

  @Test
  void readsTheSameBatchesAsNeox() throws IOException {
    RunPlan plan = RunPlan.read(source("A_pythia"), ONE_RANK, line -> {});
    NeoxConfig config = plan.loaded().config();
    List<int[][]> batches = new ArrayList<>();
    try (TrainingData data = TrainFixture.data(plan)) {
      long accumulation = config.batch().gradientAccumulationSteps();
      long perEvaluation = config.eval().iters() * accumulation;
      for (long i = 0; i < STEPS; i++) {
        for (int j = 0; j < accumulation; j++) {
          batches.add(data.train().source().get(i * accumulation + j));
        }
        if ((i + 1) % config.eval().interval() == 0) {
          addEvaluation(batches, data.valid().orElseThrow(), i / config.eval().interval(), config);
        }
      }
      addEvaluation(batches, data.valid().orElseThrow(), STEPS / config.eval().interval(), config);
      addEvaluation(batches, data.test().orElseThrow(), 0, config);
      assertThat(batches).hasSize(Math.toIntExact(STEPS * accumulation + 4 * perEvaluation));
    }
    List<JsonNode> expected = Records.lines(TrainFixture.GOLDEN.resolve("batches.jsonl"));
    assertThat(batches).hasSameSizeAs(expected);
    for (int i = 0; i < batches.size(); i++) {
      assertThat(batches.get(i))
          .as("micro-batch %d", i)
          .isDeepEqualTo(Json.mapper().treeToValue(expected.get(i), int[][].class));
    }
  }

  private static void addEvaluation(
      List<int[][]> batches, BatchFeed feed, long number, NeoxConfig config) {
    long size = config.eval().iters() * config.batch().gradientAccumulationSteps();
    for (long i = 0; i < size; i++) {
      batches.add(feed.source().get(number * size + i));
    }
  }

  private List<String> arguments(String run, String first, String... settings) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("data_path", new TrainFixture(directory).dataPrefix().toString());
    all.put("load", golden(first).resolve("global_step0").toString());
    all.put("finetune", "true");
    all.put("save", directory.resolve("save").toString());
    all.put("log_dir", directory.resolve("log").toString());
    all.put("tensorboard_dir", directory.resolve("tb").toString());
    all.put("gradient_clipping", "0"); // NeoX did not hand the configured 1.0 to DeepSpeed
    for (String setting : settings) {
      all.put(setting.replaceFirst("=.*", ""), setting.replaceFirst(".*?=", ""));
    }
    return TrainFixture.arguments(golden(run).resolve("config.yml"), all);
  }

  private ConfigSource source(String run) throws IOException {
    TrainFixture fixture = new TrainFixture(directory);
    return new ConfigSource(
        Optional.empty(),
        List.of(golden(run).resolve("config.yml")),
        Map.of("data_path", fixture.dataPrefix().toString()));
  }

  private static ModelConfig model(String run) throws IOException {
    return ConfigLoader.load(ConfigSource.of(golden(run).resolve("config.yml"))).model();
  }

  private static Path golden(String run) {
    return TrainFixture.GOLDEN.resolve(run);
  }

  private static void assertClose(JsonNode actual, String name, double scale, double expected) {
    assertThat(actual.get(name).asDouble() * scale)
        .as("%s at step %s", name, actual.get("step"))
        .isCloseTo(expected, within(TOLERANCE * Math.abs(expected)));
  }

  private static void assertSameWeights(Path golden, Path ours, ModelConfig model)
      throws IOException {
    try (NeoxCheckpoint expected = NeoxCheckpoint.open(golden, OptionalLong.empty(), model);
        NeoxCheckpoint actual = NeoxCheckpoint.open(ours, OptionalLong.empty(), model)) {
      assertThat(actual.names()).isEqualTo(expected.names());
      for (String name : expected.names()) {
        float[] golden20 = floats(expected.view(name));
        float[] ours20 = floats(actual.view(name));
        if (name.endsWith("query_key_value.bias")) {
          leaveOutNoise(model, golden20);
          leaveOutNoise(model, ours20);
        }
        assertThat(ours20).as(name).hasSameSizeAs(golden20);
        for (int i = 0; i < golden20.length; i++) {
          assertThat(ours20[i])
              .as("%s, entry %d", name, i)
              .isCloseTo(golden20[i], within((float) TOLERANCE));
        }
      }
    }
  }

  /// The bias of a key dimension that is not rotated adds the same number to all scores of a query,
  /// which softmax ignores. Its true gradient is zero; what Adam follows there, at full speed, is
  /// rounding noise. (Rows are grouped by head: query, key, value; the first dims are rotated.)
  private static void leaveOutNoise(ModelConfig model, float[] bias) {
    int dim = model.headDim();
    int rotated = model.positions() instanceof Positions.Rotary rotary ? rotary.dims(dim) : 0;
    for (int head = 0; head < model.heads(); head++) {
      Arrays.fill(bias, (3 * head + 1) * dim + rotated, (3 * head + 2) * dim, 0);
    }
  }

  private static float[] floats(TensorView view) {
    return view.bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
