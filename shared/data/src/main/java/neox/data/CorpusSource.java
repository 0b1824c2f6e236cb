package neox.data;

import java.util.Optional;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;

/// A corpus, and the dataset that belongs to it.
///
/// @param rejected for each document the text that was rejected for it
/// @param rewards for each document a number
record CorpusSource(Corpus corpus, Optional<Corpus> rejected, Optional<IndexedTokens> rewards) {
  static CorpusSource alone(Corpus corpus) {
    return new CorpusSource(corpus, Optional.empty(), Optional.empty());
  }

  /// [UserException] when the texts do not come in pairs.
  static CorpusSource chosen(Corpus corpus, Corpus rejected) {
    if (corpus.tokens().count() != rejected.tokens().count()) {
      throw UserException.of(
          "%s: %d rejected texts, but %s has %d chosen ones; expected one for each",
          rejected.tokens().prefix(),
          rejected.tokens().count(),
          corpus.tokens().prefix(),
          corpus.tokens().count());
    }
    return new CorpusSource(corpus, Optional.of(rejected), Optional.empty());
  }

  static CorpusSource rewarded(Corpus corpus, IndexedTokens rewards) {
    return new CorpusSource(corpus, Optional.empty(), Optional.of(rewards));
  }

  String checksum() {
    return corpus.checksum(rejected.map(Corpus::tokens).or(() -> rewards));
  }
}
