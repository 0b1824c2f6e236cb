package neox.evaluation.function;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// WebQuestions (Berant et al. 2013): any of several answers is right.
final class WebQuestions {
  /// In the order of code points, which is not that of Java's strings.
  private static final Comparator<String> BY_CODE_POINTS =
      Comparator.comparing(text -> text.codePoints().toArray(), Arrays::compare);

  /// The answers in order, as the harness leaves them in its samples.
  static Dict process(Dict document) {
    Fields fields = Fields.of(document);
    List<String> sorted = fields.texts("answers").stream().sorted(BY_CODE_POINTS).toList();
    return fields.changed().put("answers", Fields.listing(sorted)).build();
  }

  /// All choices are right.
  static Value target(Dict document) {
    List<Value> indices =
        IntStream.range(0, answers(document).size()).<Value>mapToObj(Value.Int::of).toList();
    return new Value.Listing(indices);
  }

  static Value choices(Dict document) {
    return Fields.listing(answers(document));
  }

  /// Without those that the one kept before begins: who writes them has written that one.
  private static List<String> answers(Dict document) {
    List<String> kept = new ArrayList<>();
    for (String answer : Fields.of(process(document)).texts("answers")) {
      if (kept.isEmpty() || !answer.startsWith(kept.getLast())) {
        kept.add(answer);
      }
    }
    if (kept.isEmpty()) {
      throw Fault.of("\"answers\" is empty");
    }
    return kept;
  }

  private WebQuestions() {}
}
