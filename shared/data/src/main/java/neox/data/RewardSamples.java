package neox.data;

import java.util.Arrays;
import java.util.List;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;

/// The rewards of the documents that samples are made of, one for each token.
///
/// @param rewards a dataset of one number for each document of the texts
record RewardSamples(TokenSamples texts, IndexedTokens rewards) implements TokenSamples {
  /// The rewards of a corpus' samples; [UserException] when they are not those of its documents.
  static RewardSamples of(Corpus corpus, TokenSamples texts, IndexedTokens rewards) {
    if (rewards.count() != corpus.tokens().count()) {
      throw UserException.of(
          "%s: %d rewards, but %s has %d documents; expected one for each",
          rewards.prefix(), rewards.count(), corpus.tokens().prefix(), corpus.tokens().count());
    }
    for (long item = 0; item < rewards.count(); item++) {
      if (rewards.size(item) != 1) {
        throw UserException.of(
            "%s: document %d has %d rewards; expected one, as neox-preprocess chat --reward-key"
                + " writes them",
            rewards.prefix(), item, rewards.size(item));
      }
    }
    return new RewardSamples(texts, rewards);
  }

  @Override
  public long count() {
    return texts.count();
  }

  @Override
  public int length() {
    return texts.length();
  }

  /// NeoX compat: a sample ends with the first token of the next document, and so with its reward.
  @Override
  public void get(long i, int[] out) {
    int filled = 0;
    int[] reward = new int[1];
    for (SamplePiece piece : pieces(i)) {
      rewards.read(piece.document(), 0, 1, reward, 0);
      Arrays.fill(out, filled, filled + piece.length(), reward[0]);
      filled += piece.length();
    }
    Arrays.fill(out, filled, length(), 0);
  }

  @Override
  public boolean hasLabels() {
    return false;
  }

  @Override
  public void labels(long i, int[] out) {
    get(i, out);
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    return texts.pieces(i);
  }
}
