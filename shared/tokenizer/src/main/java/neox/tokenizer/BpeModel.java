package neox.tokenizer;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.vocabulary.MergeTable;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.PairMerges;
import neox.tokenizer.vocabulary.Vocabulary;

/// A byte-level BPE vocabulary with its merges in order of preference (arXiv:1508.07909).
final class BpeModel {
  /// Marks a byte that the vocabulary lacks; HuggingFace drops it silently, so do we.
  static final int MISSING = Vocabulary.MISSING;

  private final Vocabulary vocabulary;

  private final FirstMerges firstMerges;
  private final SafeCuts cuts = new SafeCuts();

  /// Whether neighbours in a word are neighbours in the text, and an id is one token.
  private final boolean cuttable;

  private final PairMerges pairMerges;

  /// @param where names the file of the merges in errors
  BpeModel(Vocabulary vocabulary, Merges merges, String where) {
    this.vocabulary = vocabulary;
    if (merges.size() > MergeTable.RANKS) {
      throw UserException.of(
          "%s: %d merges are more than the %d that are supported",
          where, merges.size(), MergeTable.RANKS);
    }
    int[] byteIds = IntStream.range(0, ByteAlphabet.SIZE).map(vocabulary::ofByte).toArray();
    cuttable =
        IntStream.range(0, byteIds.length).noneMatch(b -> byteIds[b] == MISSING && Utf8.occurs(b))
            && vocabulary.hasDistinctIds();
    MergeTable ranks = new MergeTable(merges.size());
    int[] mergedIds = new int[merges.size()];
    pairMerges = new PairMerges(ranks, mergedIds);
    firstMerges = new FirstMerges(byteIds, mergedIds);
    for (int rank = 0; rank < mergedIds.length; rank++) {
      int start = merges.start(rank);
      int middle = merges.middle(rank);
      int end = merges.end(rank);
      int left = vocabulary.id(merges.text(), start, middle);
      int right = vocabulary.id(merges.text(), middle, end);
      mergedIds[rank] = vocabulary.id(merges.text(), start, end);
      if (left == MISSING || right == MISSING || mergedIds[rank] == MISSING) {
        throw unknown(merges, rank, where);
      }
      ranks.put(left, right, rank);
      byte[] leftBytes = ByteAlphabet.bytesOf(merges.text(), start, middle);
      byte[] rightBytes = ByteAlphabet.bytesOf(merges.text(), middle, end);
      firstMerges.add(leftBytes, rightBytes, rank);
      cuts.add(leftBytes, rightBytes);
    }
  }

  /// As tiktoken merges: two neighbours whose bytes together are a token, whichever they are, with
  /// the rank of that token, which is its id.
  ///
  /// @param tokens each spelled by its bytes, all single bytes among them, no id twice
  static BpeModel ofRanks(Vocabulary tokens) {
    return new BpeModel(tokens, TokenPairs.of(tokens));
  }

  private BpeModel(Vocabulary tokens, TokenPairs pairs) {
    vocabulary = tokens;
    cuttable = true;
    int[] mergedIds = IntStream.range(0, pairs.ranks()).toArray();
    int[] byteIds =
        IntStream.range(0, ByteAlphabet.SIZE)
            .map(b -> tokens.id(new byte[] {(byte) b}, 0, 1))
            .toArray();
    firstMerges = new FirstMerges(byteIds, mergedIds);
    MergeTable ranks = new MergeTable(pairs.size());
    pairMerges = new PairMerges(ranks, mergedIds);
    for (int pair = 0; pair < pairs.size(); pair++) {
      int rank = pairs.rank(pair);
      ranks.put(tokens.idAt(pairs.left(pair)), tokens.idAt(pairs.right(pair)), rank);
      byte[] left = tokens.bytesAt(pairs.left(pair));
      byte[] right = tokens.bytesAt(pairs.right(pair));
      firstMerges.add(left, right, rank);
      cuts.add(left, right);
    }
  }

  private UserException unknown(Merges merges, int rank, String where) {
    String left = merges.left(rank);
    String right = merges.right(rank);
    String token =
        Stream.of(left, right, left + right)
            .filter(part -> vocabulary.id(part) == MISSING)
            .findFirst()
            .orElseThrow();
    return UserException.of(
        "%s: merge %d (\"%s %s\") needs the token \"%s\", which is not in the vocabulary;"
            + " the vocabulary and the merges belong to different tokenizers",
        where, rank + 1, left, right, token);
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /// Puts the bytes of a word, some of them merged already, into `ids` and returns their number.
  int split(byte[] text, int from, int to, int[] ids) {
    return firstMerges.split(text, from, to, ids);
  }

  /// Where the piece of the word `text[from, to)` that starts at `from` ends. The tokens of a word
  /// are those of its pieces.
  int nextCut(byte[] text, int from, int to) {
    return cuttable ? cuts.next(text, from, to) : to;
  }

  /// Which tokens merge.
  PairMerges pairMerges() {
    return pairMerges;
  }

  /// The rank of merging two neighbours, or [MergeTable#NONE].
  int rank(int left, int right) {
    return pairMerges.rank(left, right);
  }

  /// What the merge of that rank makes.
  int merged(int rank) {
    return pairMerges.merged(rank);
  }
}
