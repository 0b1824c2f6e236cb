package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.json.Json;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Replays runs of GPT-NeoX on preferences from their own first weights, on their own data.
class PostTrainingReplayTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/post-training");

  /// Two implementations in float32 drift apart by rounding alone.
  private static final double RELATIVE = 1e-4;

  /// Rewards are small differences of log-likelihoods around -80, whose own rounding is 1e-5.
  private static final double OF_DIFFERENCES = 2e-5;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"dpo", "rm"})
  void followsARunOfNeoxStepByStep(String objective) throws IOException {
    TrainFixture.Result result = TrainFixture.run(arguments(objective));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    Map<Long, JsonNode> ours = Records.steps(directory.resolve("log/metrics.jsonl"));
    List<JsonNode> trace = Records.lines(GOLDEN.resolve("PT_" + objective + ".jsonl"));
    assertThat(trace).hasSize(20);
    for (JsonNode step : trace) {
      long number = step.get("iteration").asLong();
      JsonNode actual = Objects.requireNonNull(ours.get(number), "step " + number);
      assertClose(actual, "train/grad_norm", step.get("grad_norm"), "step " + number);
      assertClose(actual, "train/learning_rate", step.get("lr_after_step"), "step " + number);
      for (Map.Entry<String, JsonNode> metric : step.get("metrics").properties()) {
        assertClose(actual, "train/" + metric.getKey(), metric.getValue(), "step " + number);
      }
    }
    assertSameEvaluations(objective, result.out());
  }

  /// In the order in which they are printed, the names too.
  private static void assertSameEvaluations(String objective, String out) throws IOException {
    List<String> printed = out.lines().filter(line -> line.contains(" results at ")).toList();
    List<JsonNode> expected =
        Records.lines(GOLDEN.resolve("PT_" + objective + ".evaluations.jsonl"));
    assertThat(printed).hasSameSizeAs(expected);
    for (int i = 0; i < printed.size(); i++) {
      String[] parts = printed.get(i).split("\\|");
      assertThat(parts[0])
          .isEqualTo(
              " %s results at %s ",
              expected.get(i).get("split").asText(), expected.get(i).get("when").asText());
      List<String> names = new ArrayList<>();
      for (String part : List.of(parts).subList(1, parts.length - 1)) {
        String name = part.substring(0, part.indexOf(" value: ")).strip();
        names.add(name);
        double value = Double.parseDouble(part.substring(part.indexOf(": ") + 2).strip());
        double golden = expected.get(i).get("results").get(name).asDouble();
        assertThat(value)
            .as("%s in %s", name, parts[0])
            .isCloseTo(golden, within(RELATIVE * Math.abs(golden) + OF_DIFFERENCES));
      }
      List<String> goldenNames = new ArrayList<>();
      expected.get(i).get("results").fieldNames().forEachRemaining(goldenNames::add);
      assertThat(names).isEqualTo(goldenNames);
    }
  }

  private List<String> arguments(String objective) throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    try (Stream<Path> files = Files.list(GOLDEN.resolve("data"))) {
      for (Path file : files.toList()) {
        Files.copy(file, data.resolve(file.getFileName()));
      }
    }
    Path config = GOLDEN.resolve("PT_" + objective + ".yml");
    Map<String, String> overrides = new HashMap<>();
    for (Map.Entry<String, JsonNode> key : Json.read(config).properties()) {
      String value = key.getValue().toString();
      if (value.contains("../../_data")) {
        overrides.put(key.getKey(), value.replace("../../_data", data.toString()));
      }
    }
    overrides.put("load", GOLDEN.resolve("first_" + objective).toString());
    overrides.put("iteration", objective.equals("dpo") ? "20" : "0");
    overrides.put("finetune", "true");
    overrides.put("save", directory.resolve("save").toString());
    overrides.put("log_dir", directory.resolve("log").toString());
    return TrainFixture.arguments(config, overrides);
  }

  private static void assertClose(JsonNode actual, String name, JsonNode golden, String when) {
    double expected = golden.asDouble();
    boolean difference = name.matches("train/(.*_rewards|margins?|..._values)");
    double tolerance = RELATIVE * Math.abs(expected) + (difference ? OF_DIFFERENCES : 0);
    assertThat(actual.get(name).asDouble())
        .as("%s at %s", name, when)
        .isCloseTo(expected, within(tolerance));
  }
}
