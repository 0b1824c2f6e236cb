package neox.data;

/// The order of packed samples, as NeoX keeps it.
///
/// @param documents the order of documents, over all epochs (`doc_idx`)
/// @param samples pairs (position in `documents`, token offset): where each sample begins, and one
///   more row for the end of the last (`sample_idx`)
/// @param shuffle the order of samples (`shuffle_idx`)
record PackedIndex(IntegerArray documents, IntegerArray samples, IntegerArray shuffle) {

  /// Fills the arrays, which have the shapes of `plan`.
  void build(PackedPlan plan, IndexedTokens tokens) {
    NumpyRandom random = new NumpyRandom(plan.seed());
    repeatDocuments(plan);
    random.shuffle(documents);
    cut(plan, tokens);
    for (long i = 0; i < shuffle.length(); i++) {
      shuffle.set(i, i);
    }
    random.shuffle(shuffle); // the same generator goes on: NeoX's order depends on it
  }

  private void repeatDocuments(PackedPlan plan) {
    long at = 0;
    for (long epoch = 0; epoch < plan.epochs(); epoch++) {
      for (long item = plan.items().from(); item < plan.items().to(); item++) {
        documents.set(at++, item);
      }
    }
  }

  /// Walks over the documents laid end to end. Sample `i` ends with the token that row `i + 1`
  /// names, and the next sample begins with that same token.
  private void cut(PackedPlan plan, IndexedTokens tokens) {
    long position = 0;
    long offset = 0;
    for (long row = 1; row <= plan.cuts(); row++) {
      long remaining = plan.seqLength() + 1L;
      while (true) {
        long available = tokens.size(documents.get(position)) - offset;
        if (available >= remaining) {
          offset += remaining - 1;
          break;
        }
        remaining -= available;
        position++;
        offset = 0;
      }
      samples.set(2 * row, position);
      samples.set(2 * row + 1, offset);
    }
  }

  long firstDocument(long sample) {
    return samples.get(2 * sample);
  }

  long firstOffset(long sample) {
    return samples.get(2 * sample + 1);
  }
}
