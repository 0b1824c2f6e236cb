package neox.evaluation.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.template.value.Value;

/// Pairs of a right and a chosen label, as scikit-learn scores them.
///
/// @param right numbers of labels, one per document
/// @param labels what they stand for
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
record Labels(int[] right, int[] chosen, List<Double> labels) {
  static Labels of(String aggregation, List<Value> values) {
    Map<Double, Integer> numbers = new LinkedHashMap<>();
    int[] right = new int[values.size()];
    int[] chosen = new int[values.size()];
    for (int i = 0; i < right.length; i++) {
      List<Value> pair = Numbers.pair(aggregation, values.get(i));
      right[i] = number(Numbers.of(aggregation, pair.getFirst()), numbers);
      chosen[i] = number(Numbers.of(aggregation, pair.getLast()), numbers);
    }
    return new Labels(right, chosen, new ArrayList<>(numbers.keySet()));
  }

  private static int number(double label, Map<Double, Integer> numbers) {
    return numbers.computeIfAbsent(label, l -> numbers.size());
  }

  /// Of the label 1, where the others are 0; 0 when it is never right and never chosen.
  double f1(int[] drawn) {
    int positive = labels.indexOf(1.0);
    if (labels.stream().anyMatch(label -> label != 0 && label != 1)) {
      throw new UserException(
          "aggregation 'f1' is of the labels 0 and 1; documents have others, so use a mean of"
              + " another metric");
    }
    int hits = 0;
    int total = 0;
    for (int i : drawn) {
      hits += right[i] == positive && chosen[i] == positive ? 1 : 0;
      total += (right[i] == positive ? 1 : 0) + (chosen[i] == positive ? 1 : 0);
    }
    return total == 0 ? 0 : 2.0 * hits / total;
  }

  /// Matthews correlation of any number of labels (Gorodkin 2004); 0 when one side never changes.
  double correlation(int[] drawn) {
    long[] rights = new long[labels.size()];
    long[] choices = new long[labels.size()];
    long hits = 0;
    for (int i : drawn) {
      rights[right[i]]++;
      choices[chosen[i]]++;
      hits += right[i] == chosen[i] ? 1 : 0;
    }
    long n = drawn.length;
    double covariance = hits * n - dot(rights, choices);
    double ofRights = n * n - dot(rights, rights);
    double ofChoices = n * n - dot(choices, choices);
    double product = ofRights * ofChoices;
    return product == 0 ? 0 : covariance / Math.sqrt(product);
  }

  private static long dot(long[] left, long[] right) {
    long sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
