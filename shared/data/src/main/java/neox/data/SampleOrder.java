package neox.data;

import java.lang.foreign.Arena;

/// The order of samples, as NeoX keeps it.
///
/// @param documents the order of documents (`doc_idx`)
/// @param samples pairs (position in `documents`, token offset): where each sample begins, and one
///   more row for the end of the last (`sample_idx`)
/// @param shuffle the order of samples (`shuffle_idx`)
record SampleOrder(IntegerArray documents, IntegerArray samples, IntegerArray shuffle) {

  /// Arrays of zeros outside the Java heap.
  static SampleOrder allocate(OrderPlan plan, Arena arena) {
    return new SampleOrder(
        allocate(plan.documentSpec(), arena),
        allocate(plan.sampleSpec(), arena),
        allocate(plan.shuffleSpec(), arena));
  }

  private static IntegerArray allocate(OrderPlan.Spec spec, Arena arena) {
    return IntegerArray.allocate(spec.element(), spec.length(), arena);
  }

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
