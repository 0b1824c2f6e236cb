package neox.evaluation.config;

import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;

/// What a task asks of a model, and how answers become numbers.
///
/// @param outputType as written; `generate_until` where nothing is said
/// @param process `process_results`: a function from answers to values
/// @param metrics empty for the usual ones of the output type
/// @param generation options of tasks that generate text
/// @param filters empty for the first response as it is
/// @param repeats how often each request is made
/// @param scoredContinuation a text whose likelihood is asked for, too, after a generated one: what
///   the harness has a class for in SQuAD 2.0, and no key
public record ScoringKeys(
    String outputType,
    Optional<FunctionName> process,
    List<MetricEntry> metrics,
    Optional<Fields> generation,
    List<FilterEntry> filters,
    int repeats,
    Optional<String> scoredContinuation) {
  static final List<String> KEYS =
      List.of(
          "process_results",
          "metric_list",
          "output_type",
          "generation_kwargs",
          "repeats",
          "filter_list",
          "should_decontaminate",
          "doc_to_decontamination_query",
          "scored_continuation");

  public static final List<String> OUTPUT_TYPES =
      List.of("loglikelihood", "multiple_choice", "loglikelihood_rolling", "generate_until");

  public ScoringKeys {
    metrics = List.copyOf(metrics);
    filters = List.copyOf(filters);
  }

  static ScoringKeys from(Keys keys) {
    String type = keys.text("output_type").orElse("generate_until");
    if (!OUTPUT_TYPES.contains(type)) {
      throw UserException.of(
          "%s: output_type: expected one of %s, found '%s'",
          keys.node("output_type").orElseThrow().place(), String.join(", ", OUTPUT_TYPES), type);
    }
    int repeats = keys.integer("repeats").orElse(1);
    if (repeats < 1) {
      throw Keys.wrong(keys.node("repeats").orElseThrow(), "repeats", "1 or more");
    }
    return new ScoringKeys(
        type,
        DataKeys.function(keys, "process_results"),
        keys.mappings("metric_list").stream().map(MetricEntry::from).toList(),
        keys.mapping("generation_kwargs"),
        keys.mappings("filter_list").stream().map(FilterEntry::from).toList(),
        repeats,
        keys.text("scored_continuation"));
  }
}
