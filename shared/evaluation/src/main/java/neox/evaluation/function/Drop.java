package neox.evaluation.function;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import neox.python.PythonCase;
import neox.python.PythonLiteral;
import neox.python.PythonRepr;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// DROP (arXiv:1903.00161): questions that need counting, sorting and sums. An answer is a number,
/// a date or several spans of the passage.
final class Drop {
  /// Adds the columns `id` and `answers`.
  static Dict process(Dict document) {
    Fields fields = Fields.of(document);
    Set<List<String>> answers = new LinkedHashSet<>();
    answers.add(answer(fields.object("answer")));
    Fields validated = fields.object("validated_answers");
    List<Value> numbers = validated.list("number");
    for (int i = 0; i < numbers.size(); i++) {
      Dict.Builder one = new Dict.Builder().put("number", numbers.get(i));
      one.put("date", validated.list("date").get(i)).put("spans", validated.list("spans").get(i));
      answers.add(answer(new Fields(one.build(), "validated_answers.")));
    }
    return fields
        .changed()
        .put("id", fields.value("query_id"))
        .put("answers", new Value.Listing(answers.stream().map(Fields::listing).toList()))
        .build();
  }

  private static List<String> answer(Fields answer) {
    String number = Printing.str(answer.value("number"));
    if (!number.isEmpty()) {
      return List.of(number);
    }
    List<String> spans = answer.texts("spans");
    if (!spans.isEmpty()) {
      return spans;
    }
    Fields date = answer.object("date");
    String all = date.text("day") + " " + date.text("month") + " " + date.text("year");
    return List.of(PythonText.strip(all));
  }

  /// The best of all answers, by exact match and by words.
  static Dict score(Dict document, List<Value> results) {
    String written = normalize(Written.of(results));
    double bestExact = 0;
    double bestF1 = 0;
    for (Value answer : Fields.of(document).list("answers")) {
      List<String> spans =
          Fields.of(new Dict.Builder().put("answers", answer).build()).texts("answers");
      if (!spans.isEmpty() && !PythonText.strip(spans.getFirst()).isEmpty()) {
        List<String> right = spans.stream().map(Drop::normalize).toList();
        bestExact = Math.max(bestExact, right.equals(List.of(written)) ? 1 : 0);
        bestF1 = Math.max(bestF1, f1(right, written));
      }
    }
    return new Dict.Builder().put("em", number(bestExact)).put("f1", number(bestF1)).build();
  }

  /// A score of zero stays the integer that it starts as.
  private static Value number(double score) {
    return score > 0 ? new Value.Real(score) : Value.Int.of(0);
  }

  /// One text was written, so that the best assignment of texts to spans is that of the best span.
  /// In hundredths.
  private static double f1(List<String> right, String written) {
    Set<String> found = bag(written);
    double best = 0;
    for (String span : right) {
      Set<String> expected = bag(span);
      if (numbersAgree(expected, found)) {
        best = Math.max(best, f1(expected, found));
      }
    }
    return Math.rint(best / right.size() * 100) / 100;
  }

  private static double f1(Set<String> expected, Set<String> found) {
    if (expected.isEmpty() && found.isEmpty()) {
      return 1;
    }
    if (expected.isEmpty() || found.isEmpty()) {
      return 0; // one of precision and recall is 1, the other 0
    }
    long common = expected.stream().filter(found::contains).count();
    return AnswerText.f1(Math.toIntExact(common), expected.size(), found.size());
  }

  private static boolean numbersAgree(Set<String> expected, Set<String> found) {
    List<String> numbers = expected.stream().filter(Drop::isNumber).toList();
    return numbers.isEmpty() || numbers.stream().anyMatch(found::contains);
  }

  private static Set<String> bag(String normalized) {
    return Set.copyOf(PythonText.split(normalized, -1));
  }

  /// Parts between blanks and hyphens, in lower case, without punctuation and articles; numbers as
  /// Python prints them.
  private static String normalize(String answer) {
    List<String> tokens = new ArrayList<>();
    for (String part : answer.split("[ -]", -1)) {
      String lower = PythonCase.lower(part);
      String bare = isNumber(lower) ? lower : AnswerText.withoutPunctuation(lower);
      String fixed = PythonLiteral.number(bare).map(PythonRepr::of).orElse(bare);
      String token =
          String.join(" ", PythonText.split(AnswerText.ARTICLES.replaceAll(fixed, " "), -1));
      if (!token.isEmpty()) {
        tokens.add(token);
      }
    }
    return String.join(" ", tokens);
  }

  private static boolean isNumber(String text) {
    return PythonLiteral.number(text).isPresent();
  }

  private Drop() {}
}
