package neox.tokenizer.vocabulary;

/// Which two neighbouring tokens merge, in which order of preference, and into what. Immutable.
public final class PairMerges {
  private final MergeTable ranks;
  private final int[] merged;

  /// @param ranks the rank of each pair
  /// @param merged the token that the merge of each rank makes
  public PairMerges(MergeTable ranks, int[] merged) {
    this.ranks = ranks;
    this.merged = merged;
  }

  /// The rank of merging two neighbours, or [MergeTable#NONE].
  public int rank(int left, int right) {
    return ranks.get(left, right);
  }

  /// What the merge of that rank makes.
  public int merged(int rank) {
    return merged[rank];
  }
}
