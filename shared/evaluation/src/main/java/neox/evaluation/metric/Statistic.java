package neox.evaluation.metric;

/// A figure over any selection of documents. Safe to use from several threads.
@FunctionalInterface
interface Statistic {
  /// The figure over some documents.
  ///
  /// @param drawn positions of documents, some of which may repeat; at least one
  double of(int[] drawn);
}
