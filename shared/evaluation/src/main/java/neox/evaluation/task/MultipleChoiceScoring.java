package neox.evaluation.task;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import neox.base.UserException;
import neox.evaluation.document.ValueJson;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.Response.Likelihood;
import neox.python.PythonText;
import neox.template.value.Value;

/// The most likely choice, as it is (`acc`) or per character (`acc_norm`) or byte (`acc_bytes`),
/// against the right one.
record MultipleChoiceScoring(Map<String, Metric> wanted) implements Scoring {
  MultipleChoiceScoring {
    Scoring.require(
        OutputType.MULTIPLE_CHOICE, wanted, List.of("acc", "acc_norm", "acc_bytes", "exact_match"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    List<Likelihood> answers = results.stream().map(Likelihood::of).toList();
    List<Integer> right = right(instance);
    Map<String, Value> values = new LinkedHashMap<>();
    if (wanted.containsKey("acc")) {
      values.put("acc", accuracy(instance, answers, right, choice -> 1));
    }
    if (wanted.containsKey("acc_norm")) {
      values.put("acc_norm", accuracy(instance, answers, right, PythonText::length));
    }
    if (wanted.containsKey("acc_bytes")) {
      values.put(
          "acc_bytes",
          accuracy(
              instance, answers, right, choice -> choice.getBytes(StandardCharsets.UTF_8).length));
    }
    if (wanted.containsKey("exact_match")) {
      boolean greedy = right.stream().anyMatch(index -> answers.get(index).greedy());
      values.put("exact_match", Value.Int.of(greedy ? 1 : 0));
    }
    return values;
  }

  private static Value accuracy(
      Instance instance,
      List<Likelihood> answers,
      List<Integer> right,
      ToDoubleFunction<String> length) {
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < answers.size(); i++) {
      double score =
          answers.get(i).logLikelihood() / length.applyAsDouble(instance.choices().get(i));
      if (score > highest) { // the first of equals wins
        highest = score;
        best = i;
      }
    }
    return new Value.Real(right.contains(best) ? 1 : 0);
  }

  /// The numbers of the right choices.
  private static List<Integer> right(Instance instance) {
    if (instance.choicesAreContexts()) {
      return List.of(index(instance.question(), instance));
    }
    return instance.manyTargets() && instance.target() instanceof Value.Listing(List<Value> several)
        ? several.stream().map(target -> index(target, instance)).toList()
        : List.of(index(instance.target(), instance));
  }

  private static int index(Value target, Instance instance) {
    int index =
        target instanceof Value.Text(String text, _)
            ? instance.choices().indexOf(text)
            : Targets.index(target).orElse(-1);
    return checked(index, instance);
  }

  private static int checked(int index, Instance instance) {
    if (index < 0 || index >= instance.choices().size()) {
      throw notAChoice(instance);
    }
    return index;
  }

  private static UserException notAChoice(Instance instance) {
    return UserException.of(
        "%s: the answer %s is none of the %d choices; correct or remove the document",
        instance.document().where(), ValueJson.of(instance.target()), instance.choices().size());
  }
}
