package neox.evaluation.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.config.MetricEntry;
import neox.evaluation.config.ScoringKeys;
import neox.evaluation.function.FunctionRole;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.function.TaskFunction;
import neox.evaluation.metric.Aggregation;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.StandardAggregation;
import neox.evaluation.metric.TextComparison;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.OwnMetric;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Value;

/// Makes metrics of what task files say.
record MetricFactory(NamedFunctions functions) {
  private static final String IGNORED = "regexes_to_ignore";

  List<Metric> metrics(ScoringKeys keys) {
    if (keys.metrics().isEmpty()) {
      return usual(OutputType.of(keys.outputType())).stream().map(Metric::of).toList();
    }
    List<Metric> metrics = new ArrayList<>();
    for (MetricEntry entry : keys.metrics()) {
      refuseExternal(entry, keys);
      metrics.add(metric(entry));
    }
    return metrics;
  }

  /// A function is what it is, and `process_results` needs no metric: the library is not asked
  /// then.
  private static void refuseExternal(MetricEntry entry, ScoringKeys keys) {
    boolean isAsked = keys.process().isEmpty() && !(entry.metric() instanceof FunctionName);
    if (entry.external() && isAsked) {
      throw UserException.of(
          "%s: the metric '%s' is that of the library evaluate (hf_evaluate), which is not here; leave"
              + " hf_evaluate out to score by the harness's own, such as exact_match or bleu",
          entry.metric().place(), entry.name());
    }
  }

  /// Metrics that are functions, by name.
  Map<String, OwnMetric> own(ScoringKeys keys) {
    Map<String, OwnMetric> own = new LinkedHashMap<>();
    for (MetricEntry entry : keys.metrics()) {
      if (entry.metric() instanceof FunctionName function) {
        TaskFunction.OfAnswers found = functions.require(function, FunctionRole.ANSWERS, "metric");
        own.put(entry.name(), new OwnMetric(found, entry.keywords().dict()));
      }
    }
    return own;
  }

  private static List<String> usual(OutputType type) {
    return switch (type) {
      case LOGLIKELIHOOD -> List.of("perplexity", "acc");
      case LOGLIKELIHOOD_ROLLING -> List.of("word_perplexity", "byte_perplexity", "bits_per_byte");
      case MULTIPLE_CHOICE -> List.of("acc", "acc_norm");
      case GENERATE_UNTIL -> List.of("exact_match");
    };
  }

  private Metric metric(MetricEntry entry) {
    Optional<Metric> usual = usual(entry.name());
    Aggregation aggregation =
        entry
            .aggregation()
            .map(this::aggregation)
            .or(() -> usual.map(Metric::aggregation))
            .orElseThrow(() ->
                UserException.of(
                    "%s: the metric '%s' has no aggregation; add one, such as mean",
                    entry.metric().place(), entry.name()));
    boolean higherIsBetter =
        entry.higherIsBetter().or(() -> usual.map(Metric::higherIsBetter)).orElse(true);
    return new Metric(entry.name(), aggregation, higherIsBetter, comparison(entry.keywords()));
  }

  private static Optional<Metric> usual(String name) {
    try {
      return Optional.of(Metric.of(name));
    } catch (UserException e) {
      return Optional.empty();
    }
  }

  private Aggregation aggregation(YamlNode node) {
    return switch (node) {
      case FunctionName function ->
          new Aggregation.Custom(
              function.name(),
              functions.require(function, FunctionRole.VALUES, "aggregation")::apply);
      case Scalar(Value.Text(String name, _), _) -> named(name, node);
      default -> throw new IllegalStateException(node + " has been refused");
    };
  }

  private static Aggregation named(String name, YamlNode node) {
    try {
      return StandardAggregation.named(name);
    } catch (UserException e) {
      throw new UserException(node.place() + ": " + e.getMessage(), e);
    }
  }

  /// How texts are compared: the keywords of `exact_match`.
  private static TextComparison comparison(Fields keywords) {
    return new TextComparison(
        keywords.get(IGNORED).map(node -> RegexNode.patterns(IGNORED, node)),
        flag(keywords, "ignore_case"),
        flag(keywords, "ignore_punctuation"),
        flag(keywords, "ignore_numbers"));
  }

  private static boolean flag(Fields keywords, String key) {
    return keywords.get(key).map(node -> node.value().equals(Value.Bool.TRUE)).orElse(false);
  }
}
