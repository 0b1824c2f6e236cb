package neox.weights;

/// How tensor-parallel ranks share one parameter (arXiv:1909.08053 §3).
public enum Share {
  /// Split along dim 0: a column-parallel weight or its bias.
  COLUMNS,
  /// Column-parallel whose rows are two halves (value, gate); each half is split on its own.
  GATED_COLUMNS,
  /// Column-parallel grouped-query projection: rows are [q | k | v] on every rank.
  GROUPED_QKV,
  /// Split along dim 1: a row-parallel weight.
  ROWS,
  /// Split along dim 0 over contiguous vocabulary ranges, padded.
  VOCABULARY,
  /// Every rank holds the same values.
  SAME,
  /// A row-parallel bias of a parallel-residual model: the ranks' values add up to the whole.
  SUMMED
}
