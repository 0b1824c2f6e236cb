package neox.evaluation.function;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import neox.evaluation.request.Response.Likelihood;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// SQuAD 2.0 (arXiv:1806.03822): questions about a paragraph, half of which it does not answer. A
/// model writes an answer, and says how likely it finds that there is none.
final class SquadV2 {
  /// The names of the figures of the official script that the harness reports.
  static final List<String> FIGURES =
      List.of(
          "exact",
          "f1",
          "HasAns_exact",
          "HasAns_f1",
          "NoAns_exact",
          "NoAns_f1",
          "best_exact",
          "best_f1");

  /// What was written and what is right, for every figure: they are computed over all documents.
  ///
  /// @param results the text, and the likelihood of saying that there is no answer
  static Dict score(Dict document, List<Value> results) {
    Fields fields = Fields.of(document);
    double logLikelihood = Likelihood.of(results.getLast()).logLikelihood();
    Dict written =
        new Dict.Builder()
            .put("id", fields.value("id"))
            .put("prediction_text", Value.of(Written.of(results)))
            .put("no_answer_probability", new Value.Real(Math.exp(logLikelihood)))
            .build();
    Dict right =
        new Dict.Builder()
            .put("id", fields.value("id"))
            .put("answers", fields.value("answers"))
            .build();
    Dict.Builder all = new Dict.Builder();
    FIGURES.forEach(figure -> all.put(figure, Value.Tuple.of(written, right)));
    return all.build();
  }

  /// One of the figures of the official script, in percent; 0 for one of no question.
  static double figure(String name, List<Value> documents) {
    Map<Value, Judged> byId = new LinkedHashMap<>();
    for (Value document : documents) {
      Judged judged = Judged.of(document);
      byId.put(judged.id(), judged);
    }
    List<Judged> all = List.copyOf(byId.values());
    return switch (name) {
      case "exact" -> mean(all, judged -> true, Judged::exact);
      case "f1" -> mean(all, judged -> true, Judged::f1);
      case "HasAns_exact" -> mean(all, Judged::answerable, Judged::exact);
      case "HasAns_f1" -> mean(all, Judged::answerable, Judged::f1);
      case "NoAns_exact" -> mean(all, judged -> !judged.answerable(), Judged::exact);
      case "NoAns_f1" -> mean(all, judged -> !judged.answerable(), Judged::f1);
      case "best_exact" -> best(all, Judged::exact);
      case "best_f1" -> best(all, Judged::f1);
      default -> throw Fault.of("SQuAD 2.0 has no figure '%s'", name);
    };
  }

  private static double mean(
      List<Judged> all, Predicate<Judged> counts, ToDoubleFunction<Judged> score) {
    double sum = 0;
    int count = 0;
    for (Judged judged : all) {
      if (counts.test(judged)) {
        sum += score.applyAsDouble(judged);
        count++;
      }
    }
    return count == 0 ? 0 : 100 * sum / count;
  }

  /// The score where answers count only up to the best probability that there is none.
  private static double best(List<Judged> all, ToDoubleFunction<Judged> score) {
    List<Judged> sure = new ArrayList<>(all);
    sure.sort(Comparator.comparingDouble(Judged::noAnswerProbability));
    double current = all.stream().filter(judged -> !judged.answerable()).count();
    double best = current;
    for (Judged judged : sure) {
      double lost = judged.written().isEmpty() ? 0 : -1;
      current += judged.answerable() ? score.applyAsDouble(judged) : lost;
      best = Math.max(best, current);
    }
    return 100 * best / all.size();
  }

  /// One document.
  ///
  /// @param noAnswerProbability in single precision, which decides the order of near ones
  private record Judged(
      Value id,
      String written,
      boolean answerable,
      double exact,
      double f1,
      float noAnswerProbability) {

    static Judged of(Value document) {
      if (!(document instanceof Value.Tuple(List<Value> pair, _)
          && pair.size() == 2
          && pair.getFirst() instanceof Dict prediction
          && pair.getLast() instanceof Dict reference)) {
        throw Fault.of("a pair of answers is scored, found '%s'", document.type());
      }
      String written = Fields.of(prediction).text("prediction_text");
      List<String> answers = Fields.of(reference).object("answers").texts("text");
      List<String> right = answers.stream().filter(text -> !AnswerText.isEmpty(text)).toList();
      List<String> accepted = right.isEmpty() ? List.of("") : right;
      return new Judged(
          Fields.of(reference).value("id"),
          written,
          !answers.isEmpty(),
          accepted.stream().mapToDouble(text -> AnswerText.exact(text, written)).max().orElse(0),
          accepted.stream().mapToDouble(text -> AnswerText.f1(text, written)).max().orElse(0),
          probability(prediction));
    }

    private static float probability(Dict prediction) {
      return Fields.of(prediction).value("no_answer_probability") instanceof Value.Real(double p)
          ? (float) p
          : 0;
    }
  }

  private SquadV2() {}
}
