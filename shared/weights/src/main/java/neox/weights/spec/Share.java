package neox.weights.spec;

import java.util.List;

/// How tensor-parallel ranks share one parameter (arXiv:1909.08053 §3).
public sealed interface Share {
  /// Each rank holds an equal part of every section of one dim: its rows (or columns) of q, of k
  /// and of v, say. A rank's parts lie one after the other, as the sections do in the whole.
  ///
  /// @param sections sizes, which add up to the dim's
  record Split(int dim, List<Long> sections) implements Share {
    public Split {
      sections = List.copyOf(sections);
    }

    /// Contiguous parts of the whole dim.
    static Split even(int dim, long size) {
      return new Split(dim, List.of(size));
    }

    /// The size of the whole dim.
    public long size() {
      return sections.stream().mapToLong(Long::longValue).sum();
    }
  }

  /// Every rank holds the same values and computes the same gradient.
  record Same() implements Share {}

  /// Every rank holds the same values and computes a part of their gradient: the parts add up to
  /// the whole one. (A row-parallel bias of a sequential block, which the first rank alone adds to
  /// its part of a sum; a norm, where each rank has a slice of the sequence.)
  record AddedOnce() implements Share {}

  /// The ranks' values add up to the whole: the first holds it, the others nothing but zeros. (A
  /// row-parallel bias of a parallel-residual block; GPT-NeoX trains each rank's own.)
  record Summed() implements Share {}

  Share SAME = new Same();
}
