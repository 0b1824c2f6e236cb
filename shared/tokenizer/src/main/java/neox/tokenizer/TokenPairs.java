package neox.tokenizer;

import java.util.Arrays;
import java.util.stream.IntStream;
import neox.tokenizer.vocabulary.Vocabulary;

/// All pairs of tokens whose bytes together are a token, in the order of the ids of those.
///
/// Tokens are named by their number in the vocabulary.
final class TokenPairs {
  private final Vocabulary tokens;
  private final TokenBuffer left = new TokenBuffer();
  private final TokenBuffer right = new TokenBuffer();
  private final TokenBuffer rank = new TokenBuffer();
  private int ranks;

  private TokenPairs(Vocabulary tokens) {
    this.tokens = tokens;
  }

  /// The pairs of a vocabulary that spells tokens by their bytes, no id twice.
  static TokenPairs of(Vocabulary tokens) {
    TokenPairs pairs = new TokenPairs(tokens);
    long[] byRank =
        IntStream.range(0, tokens.size())
            .mapToLong(index -> (long) tokens.idAt(index) << Integer.SIZE | index)
            .toArray();
    Arrays.sort(byRank);
    for (long next : byRank) {
      pairs.add((int) next);
    }
    return pairs;
  }

  private void add(int whole) {
    byte[] bytes = tokens.bytesAt(whole);
    ranks = tokens.idAt(whole) + 1;
    for (int cut = 1; cut < bytes.length; cut++) {
      int first = tokens.find(bytes, 0, cut);
      int second = first == Vocabulary.MISSING ? first : tokens.find(bytes, cut, bytes.length);
      if (second != Vocabulary.MISSING) {
        left.add(first);
        right.add(second);
        rank.add(tokens.idAt(whole));
      }
    }
  }

  /// One more than the highest rank.
  int ranks() {
    return ranks;
  }

  /// How many pairs there are.
  int size() {
    return rank.size();
  }

  int left(int pair) {
    return left.get(pair);
  }

  int right(int pair) {
    return right.get(pair);
  }

  /// The rank of what the pair makes.
  int rank(int pair) {
    return rank.get(pair);
  }
}
