package neox.evaluation.function;

import java.util.List;
import neox.template.value.Fault;
import neox.template.value.Value;

/// The answer to a request for a likelihood, which Python has as a pair.
record Scored(double logLikelihood, boolean greedy) {
  static Scored of(Value result) {
    if (result instanceof Value.Tuple(List<Value> pair, _)
        && pair.size() == 2
        && pair.getFirst() instanceof Value.Real(double logLikelihood)
        && pair.getLast() instanceof Value.Bool(boolean greedy)) {
      return new Scored(logLikelihood, greedy);
    }
    throw Fault.of("a pair of log-likelihood and greedy flag is scored, found '%s'", result.type());
  }

  /// The place of the first largest number.
  static int largest(List<Double> numbers) {
    int largest = 0;
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) > numbers.get(largest)) {
        largest = i;
      }
    }
    return largest;
  }
}
