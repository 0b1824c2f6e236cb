package neox.evaluation.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.Response.Likelihood;
import neox.template.value.Value;

/// The most likely choice against the right one: as it is (`acc`), per character (`acc_norm`) or
/// byte (`acc_bytes`), or beyond how likely it is without the question (`acc_mutual_info`); or how
/// likely all choices are.
record MultipleChoiceScoring(Map<String, Metric> wanted) implements Scoring {
  private static final List<String> KNOWN =
      List.of(
          "acc",
          "f1",
          "mcc",
          "acc_norm",
          "acc_bytes",
          "exact_match",
          "brier_score",
          "likelihood",
          "acc_mutual_info");

  MultipleChoiceScoring {
    Scoring.require(OutputType.MULTIPLE_CHOICE, wanted, KNOWN);
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    ScoredChoices choices =
        ScoredChoices.of(instance, results.stream().map(Likelihood::of).toList());
    Map<String, Value> values = new LinkedHashMap<>();
    for (String metric : KNOWN) {
      if (wanted.containsKey(metric)) {
        values.put(metric, choices.value(metric));
      }
    }
    return values;
  }
}
