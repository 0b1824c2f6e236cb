package neox.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import neox.base.json.Json;
import neox.evaluation.report.Results;
import neox.evaluation.report.ResultsJson;
import neox.evaluation.report.RunDescription;
import neox.evaluation.report.RunDescription.ModelDescription;
import neox.evaluation.report.RunDescription.Seeds;
import neox.evaluation.report.RunDescription.Settings;
import neox.evaluation.report.RunDescription.SpecialToken;
import neox.evaluation.report.TaskResult;
import neox.evaluation.task.PromptStyle;
import neox.inference.BatchSize;

/// Descriptions of runs for tests.
public final class Runs {
  private static final SpecialToken END = new SpecialToken("<|endoftext|>", 0);

  /// A run as the head of a golden results file describes it.
  public static RunDescription like(JsonNode config, int shots) {
    ModelDescription model =
        new ModelDescription(
            "hf",
            (ObjectNode) config.get("model_args"),
            Optional.of(config.get("model_num_parameters").asLong()),
            Optional.of("torch.float32"),
            512,
            Optional.of(END),
            Optional.of(END));
    Settings settings =
        new Settings(
            BatchSize.of(config.get("batch_size").asInt()),
            "cpu",
            Optional.empty(),
            Optional.empty(),
            shots == 0 ? Optional.empty() : Optional.of(shots),
            (ObjectNode) config.get("gen_kwargs"),
            Json.mapper().createObjectNode(),
            100_000,
            Seeds.DEFAULT);
    return new RunDescription(
        model,
        settings,
        PromptStyle.PLAIN,
        LocalDateTime.of(2026, 11, 21, 9, 8, 7, 123_456_000),
        Duration.ofMillis(1500));
  }

  static JsonNode json(RunDescription run, List<TaskResult> results) {
    return json(run, Results.of(results));
  }

  public static JsonNode json(RunDescription run, Results results) {
    return Json.parse(ResultsJson.of(run, results), "results");
  }

  private Runs() {}
}
