package neox.evaluation.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.python.PythonRegex;
import neox.python.PythonText;
import neox.template.value.Value;

/// BLEU (Papineni et al. 2002) of a corpus, as sacreBLEU has it (arXiv:1804.08771): tokens of
/// `mteval-v13a`, runs of up to four tokens, a count of zero halved again and again.
final class Bleu {
  private static final int ORDERS = 4;
  private static final PythonRegex MARK = PythonRegex.compile("([{-~[-` -&(-+:-@/])");
  private static final PythonRegex AFTER_NO_DIGIT = PythonRegex.compile("([^0-9])([.,])");
  private static final PythonRegex BEFORE_NO_DIGIT = PythonRegex.compile("([.,])([^0-9])");
  private static final PythonRegex DASH = PythonRegex.compile("([0-9])(-)");

  static Statistic over(String aggregation, List<Value> values) {
    long[][] counts =
        Translation.of(aggregation, values).stream().map(Bleu::counts).toArray(long[][]::new);
    return drawn -> score(CountSums.of(counts, drawn));
  }

  /// Lengths of text and reference, then for each length of runs how many are right, then how many
  /// there are.
  private static long[] counts(Translation translation) {
    List<String> written = tokens(translation.written());
    List<List<String>> references = translation.references().stream().map(Bleu::tokens).toList();
    long[] counts = new long[2 + 2 * ORDERS];
    counts[0] = written.size();
    counts[1] = nearestLength(written.size(), references);
    for (int order = 1; order <= ORDERS; order++) {
      Map<List<String>, Integer> right = new HashMap<>();
      for (List<String> reference : references) {
        Translation.runs(reference, order).forEach((run, n) -> right.merge(run, n, Math::max));
      }
      Map<List<String>, Integer> runs = Translation.runs(written, order);
      counts[1 + order] = Translation.common(runs, right);
      counts[1 + ORDERS + order] = Translation.total(runs);
    }
    return counts;
  }

  private static int nearestLength(int length, List<List<String>> references) {
    int nearest = references.getFirst().size();
    for (List<String> reference : references) {
      int closer = Math.abs(nearest - length) - Math.abs(reference.size() - length);
      if (closer > 0 || (closer == 0 && reference.size() < nearest)) {
        nearest = reference.size();
      }
    }
    return nearest;
  }

  private static double score(long[] counts) {
    double logs = 0;
    double halves = 1;
    boolean anyRight = false;
    for (int order = 1; order <= ORDERS; order++) {
      long right = counts[1 + order];
      long total = counts[1 + ORDERS + order];
      anyRight |= right > 0;
      if (total == 0) {
        return 0;
      }
      halves *= right == 0 ? 2 : 1;
      logs += Math.log(right == 0 ? 100.0 / (halves * total) : 100.0 * right / total);
    }
    double brevity = counts[0] < counts[1] ? Math.exp(1 - (double) counts[1] / counts[0]) : 1;
    return anyRight ? brevity * Math.exp(logs / ORDERS) : 0;
  }

  private static List<String> tokens(String text) {
    String line =
        PythonText.rightStrip(text)
            .replace("<skipped>", "")
            .replace("-\n", "")
            .replace("\n", " ")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    String split = MARK.replaceAll(" " + line + " ", " \\1 ");
    split = AFTER_NO_DIGIT.replaceAll(split, "\\1 \\2 ");
    split = BEFORE_NO_DIGIT.replaceAll(split, " \\1 \\2");
    return PythonText.split(DASH.replaceAll(split, "\\1 \\2 "), -1);
  }

  private Bleu() {}
}
