package neox.evaluation.metric;

/// Counts of documents that are added up before a score is computed of them.
final class CountSums {
  /// @param counts one row per document, all of the same length
  static long[] of(long[][] counts, int[] drawn) {
    long[] sums = new long[counts[0].length];
    for (int i : drawn) {
      for (int k = 0; k < sums.length; k++) {
        sums[k] += counts[i][k];
      }
    }
    return sums;
  }

  private CountSums() {}
}
