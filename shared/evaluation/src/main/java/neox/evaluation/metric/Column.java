package neox.evaluation.metric;

import java.util.List;

/// One metric of one task over all its documents.
///
/// @param weights one per value; all 1 for unweighted metrics
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
record Column(double[] values, double[] weights) {
  static Column of(List<Value> values) {
    double[] numbers = new double[values.size()];
    double[] weights = new double[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (values.get(i)) {
            case Value.Whole(long value) -> value;
            case Value.Real(double value) -> value;
            case Value.Weighted(double logLikelihood, long weight) -> logLikelihood;
          };
      weights[i] = values.get(i) instanceof Value.Weighted(double x, long weight) ? weight : 1;
    }
    return new Column(numbers, weights);
  }
}
