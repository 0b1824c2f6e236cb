package neox.evaluation.function;

/// Sums as NumPy rounds them: in eight rows of additions, which are added in pairs.
final class PairwiseSum {
  private static final int ROWS = 8;
  private static final int BLOCK = 128;

  static double of(double[] numbers) {
    return of(numbers, 0, numbers.length);
  }

  private static double of(double[] numbers, int from, int count) {
    if (count < ROWS) {
      double sum = 0;
      for (int i = from; i < from + count; i++) {
        sum += numbers[i];
      }
      return sum;
    }
    if (count <= BLOCK) {
      return block(numbers, from, count);
    }
    int half = count / 2 - count / 2 % ROWS;
    return of(numbers, from, half) + of(numbers, from + half, count - half);
  }

  private static double block(double[] numbers, int from, int count) {
    double[] rows = new double[ROWS];
    int whole = count - count % ROWS;
    for (int i = 0; i < whole; i++) {
      rows[i % ROWS] += numbers[from + i];
    }
    double sum =
        ((rows[0] + rows[1]) + (rows[2] + rows[3])) + ((rows[4] + rows[5]) + (rows[6] + rows[7]));
    for (int i = whole; i < count; i++) {
      sum += numbers[from + i];
    }
    return sum;
  }

  private PairwiseSum() {}
}
