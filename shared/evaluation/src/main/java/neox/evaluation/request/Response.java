package neox.evaluation.request;

import java.util.List;
import neox.template.value.Fault;
import neox.template.value.Value;

/// The answer to one [Request].
public sealed interface Response {
  /// The log-likelihood of a continuation.
  ///
  /// @param greedy whether greedy decoding would have written the continuation
  record Likelihood(double logLikelihood, boolean greedy) implements Response {
    /// From Python's tuple; [Fault] for all other values.
    public static Likelihood of(Value value) {
      if (value instanceof Value.Tuple(List<Value> items, _)
          && items.size() == 2
          && items.getFirst() instanceof Value.Real(double logLikelihood)
          && items.getLast() instanceof Value.Bool(boolean greedy)) {
        return new Likelihood(logLikelihood, greedy);
      }
      throw Fault.of("expected a log-likelihood, found a value of type %s", value.type());
    }
  }

  record RollingLikelihood(double logLikelihood) implements Response {}

  record Generated(String text) implements Response {}

  /// As Python has it: a tuple of number and flag, a number, a text.
  default Value value() {
    return switch (this) {
      case Likelihood(double logLikelihood, boolean greedy) ->
          Value.Tuple.of(new Value.Real(logLikelihood), Value.Bool.of(greedy));
      case RollingLikelihood(double logLikelihood) -> new Value.Real(logLikelihood);
      case Generated(String text) -> Value.of(text);
    };
  }
}
