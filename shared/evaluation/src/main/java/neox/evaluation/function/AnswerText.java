package neox.evaluation.function;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.python.PythonText;

/// How the answers of people and models are compared since SQuAD (arXiv:1606.05250): without case,
/// punctuation and articles, as a whole or word by word.
final class AnswerText {
  static final PythonRegex ARTICLES = PythonRegex.compile("\\b(a|an|the)\\b");
  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]"); // ASCII only

  /// The words that count.
  private static List<String> words(String answer) {
    String bare = withoutPunctuation(PythonCase.lower(answer));
    return PythonText.split(ARTICLES.replaceAll(bare, " "), -1);
  }

  static String withoutPunctuation(String text) {
    return PUNCTUATION.matcher(text).replaceAll("");
  }

  /// Nothing but articles, punctuation and white space.
  static boolean isEmpty(String answer) {
    return words(answer).isEmpty();
  }

  /// 1 when the answers say the same, else 0.
  static double exact(String right, String written) {
    return words(right).equals(words(written)) ? 1 : 0;
  }

  /// The harmonic mean of precision and recall over words. Answers without words are alike.
  static double f1(String right, String written) {
    List<String> expected = words(right);
    List<String> found = words(written);
    if (expected.isEmpty() || found.isEmpty()) {
      return expected.equals(found) ? 1 : 0;
    }
    Map<String, Integer> left = new HashMap<>();
    expected.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (String word : found) {
      if (left.getOrDefault(word, 0) > 0) {
        left.merge(word, -1, Integer::sum);
        common++;
      }
    }
    return f1(common, expected.size(), found.size());
  }

  /// Of `common` things in sets of `expected` and of `found` things.
  static double f1(int common, int expected, int found) {
    if (common == 0) {
      return 0;
    }
    double precision = (double) common / found;
    double recall = (double) common / expected;
    return (2 * precision * recall) / (precision + recall);
  }

  private AnswerText() {}
}
