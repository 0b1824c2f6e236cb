package neox.data;

import java.util.List;

/// Training samples in the order in which training sees them.
///
/// A pure function of the data and the seed: sample `i` is always the same, so resuming needs no
/// loader state. Safe to call from many threads.
public interface TokenSamples {
  /// Number of samples; the order repeats after them.
  long count();

  /// Tokens of a sample: the sequence length plus one, since labels are the tokens shifted by one.
  int length();

  /// Copies sample `i` into `out[0, length())`. Defined for every `i >= 0`.
  void get(long i, int[] out);

  /// Whether some tokens are not to be predicted.
  boolean hasLabels();

  /// Copies the labels of sample `i`: its tokens, negative where one is not to be predicted. Not
  /// shifted: `out[k]` belongs to token `k`.
  void labels(long i, int[] out);

  /// Whether it is known what a reference model thinks of every sample.
  default boolean hasReference() {
    return false;
  }

  /// Copies the reference model's log-probability of what follows each token of sample `i` but the
  /// last into `out[0, length() - 1)`; NaN where it is not known. Only where there is a reference.
  default void reference(long i, float[] out) {
    throw new IllegalStateException("these samples have no reference");
  }

  /// Where the tokens of sample `i` come from, in their order.
  List<SamplePiece> pieces(long i);

  /// How many samples of each dataset are among the first `i`.
  default long[] taken(long i) {
    return new long[] {i};
  }
}
