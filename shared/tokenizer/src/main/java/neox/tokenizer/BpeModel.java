package neox.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import neox.base.UserException;

/// A byte-level BPE vocabulary with its merges in order of preference (arXiv:1508.07909).
final class BpeModel {
  /// Marks a byte that the vocabulary lacks; HuggingFace drops it silently, so do we.
  static final int MISSING = -1;

  private final Map<String, Integer> vocabulary;
  private final int[] byteIds = new int[ByteAlphabet.SIZE];

  /// The ranks of merging two bytes, by `first * 256 + second`.
  private final int[] byteRanks = new int[ByteAlphabet.SIZE * ByteAlphabet.SIZE];

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
    ranks = new MergeTable(merges.size());
    mergedIds = new int[merges.size()];
    for (int rank = 0; rank < mergedIds.length; rank++) {
      Merge merge = merges.get(rank);
      int left = known(merge.left(), merge, rank, where);
      int right = known(merge.right(), merge, rank, where);
      mergedIds[rank] = known(merge.left() + merge.right(), merge, rank, where);
      ranks.put(left, right, rank);
    }
    rankBytes();
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

  private void rankBytes() {
    Arrays.fill(byteRanks, MergeTable.NONE);
    for (int first = 0; first < byteIds.length; first++) {
      for (int second = 0; second < byteIds.length; second++) {
        if (byteIds[first] != MISSING && byteIds[second] != MISSING) {
          byteRanks[first << 8 | second] = ranks.get(byteIds[first], byteIds[second]);
        }
      }
    }
  }

  Map<String, Integer> vocabulary() {
    return vocabulary;
  }

  /// The token of a single byte, or [#MISSING].
  int byteId(int unsignedByte) {
    return byteIds[unsignedByte];
  }

  /// The rank of merging two bytes, or [MergeTable#NONE].
  int byteRank(int first, int second) {
    return byteRanks[first << 8 | second];
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
