package neox.evaluation.task;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import neox.base.UserException;
import neox.evaluation.document.ValueJson;
import neox.evaluation.request.Response.Likelihood;
import neox.python.PythonText;
import neox.template.value.Value;

/// The choices of one document with what the model thinks of them.
///
/// @param answers one per choice, then, where it is asked for, one per choice without the question
/// @param logLikelihoods of the choices
/// @param right the numbers of the right choices
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
record ScoredChoices(
    Instance instance, List<Likelihood> answers, double[] logLikelihoods, List<Integer> right) {

  static ScoredChoices of(Instance instance, List<Likelihood> answers) {
    double[] logLikelihoods =
        answers.stream()
            .limit(instance.choices().size())
            .mapToDouble(Likelihood::logLikelihood)
            .toArray();
    return new ScoredChoices(instance, answers, logLikelihoods, right(instance));
  }

  /// What the document contributes to a metric of [MultipleChoiceScoring].
  Value value(String metric) {
    return switch (metric) {
      case "acc" -> accuracy(choice -> 1);
      case "acc_norm" -> accuracy(PythonText::length);
      case "acc_bytes" -> accuracy(choice -> choice.getBytes(StandardCharsets.UTF_8).length);
      case "acc_mutual_info" -> mutualInformation();
      case "exact_match" ->
          Value.Int.of(right.stream().anyMatch(index -> answers.get(index).greedy()) ? 1 : 0);
      case "f1", "mcc" -> Value.Tuple.of(label(), Value.Int.of(best(logLikelihoods)));
      case "brier_score" -> Value.Tuple.of(label(), list(probabilities()));
      case "likelihood" -> Value.Tuple.of(label(), list(logLikelihoods));
      default -> throw new IllegalStateException(metric + " has been refused");
    };
  }

  private Value accuracy(ToDoubleFunction<String> length) {
    double[] scores = new double[logLikelihoods.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = logLikelihoods[i] / length.applyAsDouble(instance.choices().get(i));
    }
    return success(best(scores));
  }

  private Value mutualInformation() {
    double[] scores = new double[logLikelihoods.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = logLikelihoods[i] - answers.get(scores.length + i).logLikelihood();
    }
    return success(best(scores));
  }

  private Value success(int choice) {
    return new Value.Real(right.contains(choice) ? 1 : 0);
  }

  /// The first of the largest, as NumPy finds it: what is no number is larger than all.
  private static int best(double[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length && !Double.isNaN(scores[best]); i++) {
      if (scores[i] > scores[best] || Double.isNaN(scores[i])) {
        best = i;
      }
    }
    return best;
  }

  private Value label() {
    List<Value> labels = right.stream().<Value>map(Value.Int::of).toList();
    return instance.manyTargets() ? new Value.Listing(labels) : labels.getFirst();
  }

  private double[] probabilities() {
    double highest = logLikelihoods[best(logLikelihoods)];
    double[] probabilities =
        Arrays.stream(logLikelihoods).map(x -> Math.exp(x - highest)).toArray();
    double total = Arrays.stream(probabilities).sum();
    return Arrays.stream(probabilities).map(x -> x / total).toArray();
  }

  private static Value list(double[] numbers) {
    List<Value> list = new ArrayList<>();
    for (double number : numbers) {
      list.add(new Value.Real(number));
    }
    return new Value.Listing(list);
  }

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
    if (index < 0 || index >= instance.choices().size()) {
      throw UserException.of(
          "%s: the answer %s is none of the %d choices; correct or remove the document",
          instance.document().where(), ValueJson.of(instance.target()), instance.choices().size());
    }
    return index;
  }
}
