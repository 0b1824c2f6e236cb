package neox.data;

import neox.data.indexed.IndexedTokens;

/// The samples of one corpus in their order.
record CorpusSamples(
    CorpusSource source, OrderPlan plan, TokenSamples samples, Companion companion) {
  /// What there is to say about them.
  ///
  /// @param weight the corpus' configured share of the split
  /// @param share what it got
  SplitSamples.Member member(double weight, double share) {
    Corpus corpus = source.corpus();
    return new SplitSamples.Member(
        corpus.tokens().prefix(),
        corpus.labels().map(IndexedTokens::prefix),
        corpus.items().count(),
        corpus.tokenCount(),
        samples.count(),
        plan.samplesPerEpoch(),
        source.checksum(),
        new SplitSamples.Whole(
            corpus.items(), corpus.tokens().count(), corpus.tokens()::size, plan::takes),
        weight,
        share);
  }
}
