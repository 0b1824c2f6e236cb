package neox.converthf.verify;

/// Causal attention over one text.
///
/// @param headDim dims of a head
/// @param window how many tokens each one sees, itself included; of all before it where that is
///   more
record ReferenceAttention(int headDim, int window) {
  /// Where the rows of a head's queries, keys and values begin in those of the tokens, and where
  /// its result goes.
  record Head(int query, int key, int value, int result) {}

  /// softmax(q kᵀ / √d) v for one head.
  ///
  /// @param q `[s][…]`, k and v alike
  /// @param result `[s][heads · d]`, of which this head's part is written
  void attend(double[][] q, double[][] k, double[][] v, Head head, double[][] result) {
    for (int t = 0; t < q.length; t++) {
      int first = Math.max(0, t - window + 1);
      double[] weights = new double[t - first + 1];
      double most = Double.NEGATIVE_INFINITY;
      for (int u = first; u <= t; u++) {
        double score = 0;
        for (int i = 0; i < headDim; i++) {
          score += q[t][head.query() + i] * k[u][head.key() + i];
        }
        weights[u - first] = score / Math.sqrt(headDim);
        most = Math.max(most, weights[u - first]);
      }
      double total = 0;
      for (int u = 0; u < weights.length; u++) {
        weights[u] = Math.exp(weights[u] - most);
        total += weights[u];
      }
      for (int i = 0; i < headDim; i++) {
        double sum = 0;
        for (int u = first; u <= t; u++) {
          sum += weights[u - first] * v[u][head.value() + i];
        }
        result[t][head.result() + i] = sum / total;
      }
    }
  }
}
