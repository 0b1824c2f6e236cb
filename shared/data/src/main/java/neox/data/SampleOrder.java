package neox.data;

/// The order of samples, as NeoX keeps it.
///
/// @param documents the order of documents (`doc_idx`)
/// @param samples pairs (position in `documents`, token offset): where each sample begins, and one
///   more row for the end of the last (`sample_idx`)
/// @param shuffle the order of samples (`shuffle_idx`)
record SampleOrder(IntegerArray documents, IntegerArray samples, IntegerArray shuffle) {

  /// Rows of `samples`.
  long rows() {
    return samples.length() / 2;
  }

  long firstDocument(long sample) {
    return samples.get(2 * sample);
  }

  long firstOffset(long sample) {
    return samples.get(2 * sample + 1);
  }

  void setStart(long sample, long position, long offset) {
    samples.set(2 * sample, position);
    samples.set(2 * sample + 1, offset);
  }
}
