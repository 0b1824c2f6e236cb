package neox.evaluation.metric;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import neox.template.value.Value;

/// How the values of all documents become one figure, and how its standard error is found.
public sealed interface Aggregation permits StandardAggregation, Aggregation.Custom {

  /// A function of a task's own; its figures have no standard error.
  ///
  /// @param body gets at least one value
  record Custom(String key, ToDoubleFunction<List<Value>> body) implements Aggregation {
    @Override
    public double of(List<Value> values) {
      return body.applyAsDouble(values);
    }

    @Override
    public Optional<Double> standardError(List<Value> values, Bootstrap bootstrap) {
      return Optional.empty();
    }
  }

  /// The name in task files and results.
  String key();

  /// The aggregate of at least one value; [neox.base.UserException] for values of another kind.
  double of(List<Value> values);

  /// The standard error of [#of]; empty when it is not defined.
  Optional<Double> standardError(List<Value> values, Bootstrap bootstrap)
      throws InterruptedException;

  /// Whether [#standardError] resamples, which takes seconds on large tasks.
  default boolean isBootstrapped() {
    return false;
  }
}
