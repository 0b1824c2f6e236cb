package neox.evaluation.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.python.PythonText;
import neox.template.value.Value;

/// chrF (Popović 2015) and chrF++ (2017) of a corpus, as sacreBLEU has them: precision and recall
/// of runs of up to six characters, and of words, where recall counts twice.
final class CharacterF {
  private static final int CHARACTERS = 6;
  private static final double BETA_SQUARED = 4;
  private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

  static Statistic over(String aggregation, List<Value> values, int words) {
    long[][] counts =
        Translation.of(aggregation, values).stream()
            .map(translation -> counts(translation, words))
            .toArray(long[][]::new);
    return drawn -> score(CountSums.of(counts, drawn));
  }

  /// For each length of runs: how many were written, how many are in the reference, how many are in
  /// both; of the reference that fits best.
  private static long[] counts(Translation translation, int words) {
    List<Map<List<String>, Integer>> written = runs(translation.written(), words);
    long[] best = {};
    double highest = -1;
    for (String reference : translation.references()) {
      long[] counts = counts(written, runs(reference, words));
      double score = score(counts);
      if (score > highest) {
        highest = score;
        best = counts;
      }
    }
    return best;
  }

  private static long[] counts(
      List<Map<List<String>, Integer>> written, List<Map<List<String>, Integer>> reference) {
    long[] counts = new long[3 * written.size()];
    for (int i = 0; i < written.size(); i++) {
      boolean counted = !reference.get(i).isEmpty();
      counts[3 * i] = counted ? Translation.total(written.get(i)) : 0;
      counts[3 * i + 1] = Translation.total(reference.get(i));
      counts[3 * i + 2] = Translation.common(written.get(i), reference.get(i));
    }
    return counts;
  }

  private static List<Map<List<String>, Integer>> runs(String text, int words) {
    List<String> characters = PythonText.characters(String.join("", PythonText.split(text, -1)));
    List<Map<List<String>, Integer>> runs = new ArrayList<>();
    for (int length = 1; length <= CHARACTERS; length++) {
      runs.add(Translation.runs(characters, length));
    }
    List<String> tokens = words == 0 ? List.of() : tokens(text);
    for (int length = 1; length <= words; length++) {
      runs.add(Translation.runs(tokens, length));
    }
    return runs;
  }

  /// Words without a mark at the end or else at the start, which is a token of its own.
  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    for (String word : PythonText.split(text, -1)) {
      int last = word.offsetByCodePoints(word.length(), -1);
      int second = word.offsetByCodePoints(0, 1);
      if (last == 0) {
        tokens.add(word);
      } else if (PUNCTUATION.indexOf(word.codePointAt(last)) >= 0) {
        tokens.addAll(List.of(word.substring(0, last), word.substring(last)));
      } else if (PUNCTUATION.indexOf(word.codePointAt(0)) >= 0) {
        tokens.addAll(List.of(word.substring(0, second), word.substring(second)));
      } else {
        tokens.add(word);
      }
    }
    return tokens;
  }

  /// Over the lengths of runs that both sides have.
  private static double score(long[] counts) {
    double precision = 0;
    double recall = 0;
    int lengths = 0;
    for (int i = 0; i < counts.length; i += 3) {
      if (counts[i] > 0 && counts[i + 1] > 0) {
        precision += (double) counts[i + 2] / counts[i];
        recall += (double) counts[i + 2] / counts[i + 1];
        lengths++;
      }
    }
    if (precision + recall == 0) {
      return 0;
    }
    precision /= lengths;
    recall /= lengths;
    double weighted = (1 + BETA_SQUARED) * precision * recall;
    return 100 * (weighted / (BETA_SQUARED * precision + recall));
  }

  private CharacterF() {}
}
