package neox.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import neox.base.UserException;

/// A byte-level BPE vocabulary with its merges in order of preference (arXiv:1508.07909).
final class BpeModel {
  /// Marks a byte that the vocabulary lacks; HuggingFace drops it silently, so do we.
  static final int MISSING = -1;

  private final Map<String, Integer> vocabulary;
  private final int[] byteIds = new int[ByteAlphabet.SIZE];

  private final FirstMerges firstMerges;
  private final SafeCuts cuts = new SafeCuts();

  /// Whether neighbours in a word are neighbours in the text, and an id is one token.
  private final boolean cuttable;

  private final MergeTable ranks;
  private final int[] mergedIds;

  /// One rule: the two tokens become one.
  record Merge(String left, String right) {}

  /// @param where names the file of the merges in errors
  BpeModel(Map<String, Integer> vocabulary, List<Merge> merges, String where) {
    this.vocabulary = vocabulary;
    if (merges.size() > MergeTable.RANKS) {
      throw UserException.of(
          "%s: %d merges are more than the %d that are supported",
          where, merges.size(), MergeTable.RANKS);
    }
    for (int b = 0; b < byteIds.length; b++) {
      byteIds[b] = vocabulary.getOrDefault(String.valueOf(ByteAlphabet.character(b)), MISSING);
    }
    cuttable =
        IntStream.range(0, byteIds.length).noneMatch(b -> byteIds[b] == MISSING && Utf8.occurs(b))
            && Set.copyOf(vocabulary.values()).size() == vocabulary.size();
    ranks = new MergeTable(merges.size());
    mergedIds = new int[merges.size()];
    firstMerges = new FirstMerges(byteIds, mergedIds);
    for (int rank = 0; rank < mergedIds.length; rank++) {
      Merge merge = merges.get(rank);
      int left = known(merge.left(), merge, rank, where);
      int right = known(merge.right(), merge, rank, where);
      mergedIds[rank] = known(merge.left() + merge.right(), merge, rank, where);
      ranks.put(left, right, rank);
      byte[] leftBytes = ByteAlphabet.bytesOf(merge.left());
      byte[] rightBytes = ByteAlphabet.bytesOf(merge.right());
      firstMerges.add(leftBytes, rightBytes, rank);
      cuts.add(leftBytes, rightBytes);
    }
  }

  private int known(String token, Merge merge, int rank, String where) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw UserException.of(
          "%s: merge %d (\"%s %s\") needs the token \"%s\", which is not in the vocabulary;"
              + " the vocabulary and the merges belong to different tokenizers",
          where, rank + 1, merge.left(), merge.right(), token);
    }
    return id;
  }

  Map<String, Integer> vocabulary() {
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

  /// The rank of merging two neighbours, or [MergeTable#NONE].
  int rank(int left, int right) {
    return ranks.get(left, right);
  }

  /// What the merge of that rank makes.
  int merged(int rank) {
    return mergedIds[rank];
  }
}
