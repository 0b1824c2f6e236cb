package neox.train.stability;

import java.util.ArrayList;
import java.util.List;

/// The newest values of a quantity, oldest first; immutable.
public record Recent(List<Double> values) {
  public static final Recent NONE = new Recent(List.of());

  public Recent {
    values = List.copyOf(values);
  }

  /// One more value; the oldest leave, so that at most `most` remain.
  Recent plus(double value, int most) {
    List<Double> all =
        new ArrayList<>(values.subList(Math.max(0, values.size() + 1 - most), values.size()));
    all.add(value);
    return new Recent(all);
  }

  public int size() {
    return values.size();
  }

  double mean() {
    return values.stream().mapToDouble(Double::doubleValue).sum() / size();
  }

  /// Standard deviation of a sample: divided by one less than there are values.
  double deviation() {
    double mean = mean();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (size() - 1));
  }
}
