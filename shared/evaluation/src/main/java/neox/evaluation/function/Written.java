package neox.evaluation.function;

import java.util.List;
import neox.template.value.Fault;
import neox.template.value.Value;

/// The answer to a request for text.
final class Written {
  /// The first result, which must be text.
  static String of(List<Value> results) {
    if (results.getFirst() instanceof Value.Text(String text, _)) {
      return text;
    }
    throw Fault.of("a generated text is scored, found '%s'", results.getFirst().type());
  }

  private Written() {}
}
