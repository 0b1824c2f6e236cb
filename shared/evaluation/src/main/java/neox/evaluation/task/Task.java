package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.evaluation.config.TaskConfig;
import neox.evaluation.document.ValueJson;
import neox.evaluation.function.TaskFunction;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.GenerationOptions;
import neox.template.value.Value;

/// One benchmark, complete: everything the pipeline knows about it is here.
///
/// @param config what its file says
/// @param process turns the documents of any split into those that prompts see
/// @param scoring from answers to values, see [Scoring#standard]
/// @param filters each gives figures of its own; most tasks have [FilterPipeline#FIRST] alone
public record Task(
    TaskConfig config,
    DataSet data,
    Optional<TaskFunction.OfDocuments> process,
    Prompt prompt,
    FewShot fewShot,
    GenerationOptions generation,
    List<Metric> metrics,
    Scoring scoring,
    List<FilterPipeline> filters) {
  public Task {
    metrics = List.copyOf(metrics);
    filters = List.copyOf(filters);
    if (metrics.isEmpty() || filters.isEmpty()) {
      throw new IllegalArgumentException(config.name() + " needs metrics and filters");
    }
  }

  public String name() {
    return config.name();
  }

  public OutputType outputType() {
    return OutputType.of(config.scoring().outputType());
  }

  /// As results show it: a number or a text.
  public JsonNode version() {
    return ValueJson.of(config.version());
  }

  /// How often each request is made.
  public int repeats() {
    return config.scoring().repeats();
  }

  /// The same task, of which nothing but the answers is wanted. As in the harness, tasks that write
  /// text have a figure that says nothing, the others have none.
  public Task predicting() {
    Metric none = Metric.of("bypass");
    Scoring noScore =
        outputType() == OutputType.GENERATE_UNTIL
            ? (instance, results) ->
                Map.of(none.name(), instance.manyTargets() ? new Value.Real(0) : Value.None.NONE)
            : (instance, results) -> Map.of();
    return new Task(
        config.scoredBy(none.name()),
        data,
        process,
        prompt,
        fewShot,
        generation,
        List.of(none),
        noScore,
        filters);
  }

  public Task generating(GenerationOptions by) {
    return new Task(config, data, process, prompt, fewShot, by, metrics, scoring, filters);
  }
}
