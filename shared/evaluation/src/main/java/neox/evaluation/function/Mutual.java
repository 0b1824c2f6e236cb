package neox.evaluation.function;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import neox.evaluation.request.Response.Likelihood;
import neox.template.value.Dict;
import neox.template.value.Value;

/// MuTual (arXiv:2004.04494): the next turn of a dialogue.
final class Mutual {
  private static final List<String> JOINED = List.of(" :", " ;", " !", " ?", " ,", " .");

  static Dict process(Dict document) {
    Fields fields = Fields.of(document);
    List<String> options = fields.texts("options").stream().map(Mutual::detokenize).toList();
    return fields
        .changed()
        .put("article", Value.of(detokenize(fields.text("article"))))
        .put("options", Fields.listing(options))
        .build();
  }

  private static String detokenize(String text) {
    String joined =
        text.replace(" '", "'")
            .replace(" \n", "\n")
            .replace("\n ", "\n")
            .replace(" n't", "n't")
            .replace("`` ", "\"")
            .replace("''", "\"");
    for (String mark : JOINED) {
      joined = joined.replace(mark, mark.substring(1));
    }
    return joined;
  }

  /// Recall at 1 and 2, and the reciprocal rank.
  ///
  /// The harness looks for the largest number among log-likelihoods *and* greedy flags, in turn: a
  /// flag, even of 0, beats every log-likelihood, so that the place found is hardly ever a
  /// choice's. Its figures are those.
  static Dict score(Dict document, List<Value> results) {
    List<Likelihood> scored = results.stream().map(Likelihood::of).toList();
    int right = Letters.index(Fields.of(document), "answers", "ABCD");
    List<Double> flattened = new ArrayList<>();
    for (Likelihood choice : scored) {
      flattened.add(choice.logLikelihood());
      flattened.add(choice.greedy() ? 1.0 : 0.0);
    }
    boolean best = largest(flattened) == right;
    List<Likelihood> ranks = new ArrayList<>(scored);
    ranks.sort(
        Comparator.comparingDouble(Likelihood::logLikelihood)
            .thenComparing(Likelihood::greedy)
            .reversed());
    int place = ranks.indexOf(scored.get(right));
    return new Dict.Builder()
        .put("r@1", Value.Bool.of(best))
        .put("r@2", Value.Bool.of(place == 1 || best))
        .put("mrr", new Value.Real(1.0 / (place + 1)))
        .build();
  }

  /// The place of the first largest number.
  private static int largest(List<Double> numbers) {
    int largest = 0;
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) > numbers.get(largest)) {
        largest = i;
      }
    }
    return largest;
  }

  private Mutual() {}
}
