package neox.data;

/// Sums of doubles, rounded as GPT-NeoX's are: shares of datasets decide ties in the order of
/// samples by their last bit.
final class FloatSums {
  private static final int LANES = 8;
  private static final int BLOCK = 128;

  /// Python's `sum` up to 3.11: one after the other. (Later versions compensate the rounding;
  /// GPT-NeoX runs on the earlier ones.)
  static double inOrder(double... values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /// numpy's `sum` of an array: eight partial sums for up to 128 values, halves beyond.
  static double ofNumpy(double... values) {
    return 0 + pairwise(values, 0, values.length);
  }

  private static double pairwise(double[] values, int from, int to) {
    int count = to - from;
    if (count > BLOCK) {
      int half = count / 2;
      int middle = from + half - half % LANES;
      return pairwise(values, from, middle) + pairwise(values, middle, to);
    }
    return count < LANES ? inOrder(values, from, to) : inLanes(values, from, to);
  }

  private static double inOrder(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static double inLanes(double[] values, int from, int to) {
    double[] sums = new double[LANES];
    int whole = to - (to - from) % LANES;
    for (int i = from; i < whole; i++) {
      sums[(i - from) % LANES] += values[i];
    }
    double sum =
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (int i = whole; i < to; i++) {
      sum += values[i];
    }
    return sum;
  }

  private FloatSums() {}
}
