package neox.config;

import neox.base.UserException;

/// The vocabulary rule: how many rows the embedding has for a tokenizer of a given size.
public final class Vocabulary {
  /// The smallest multiple of `divisor · tensorParallelSize` that holds `vocabSize` tokens, so that
  /// each tensor-parallel rank holds a multiple of `divisor` rows.
  public static int padded(int vocabSize, int divisor, int tensorParallelSize) {
    if (vocabSize < 1 || divisor < 1 || tensorParallelSize < 1) {
      throw new IllegalArgumentException(
          "sizes must be positive: " + vocabSize + ", " + divisor + ", " + tensorParallelSize);
    }
    long unit = (long) divisor * tensorParallelSize;
    long rows = Math.ceilDiv(vocabSize, unit) * unit;
    if (rows > Integer.MAX_VALUE) {
      throw UserException.of(
          "make_vocab_size_divisible_by (%d) x model_parallel_size (%d): %d rows of the vocabulary"
              + " are more than can be counted",
          divisor, tensorParallelSize, rows);
    }
    return (int) rows;
  }

  private Vocabulary() {}
}
