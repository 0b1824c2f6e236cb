package neox.config;

/// The vocabulary rule: how many rows the embedding has for a tokenizer of a given size.
public final class Vocabulary {
  /// The smallest multiple of `divisor · tensorParallelSize` that holds `vocabSize` tokens, so that
  /// each tensor-parallel rank holds a multiple of `divisor` rows.
  public static int padded(int vocabSize, int divisor, int tensorParallelSize) {
    if (vocabSize < 1 || divisor < 1 || tensorParallelSize < 1) {
      throw new IllegalArgumentException(
          "sizes must be positive: " + vocabSize + ", " + divisor + ", " + tensorParallelSize);
    }
    int unit = Math.multiplyExact(divisor, tensorParallelSize);
    return Math.multiplyExact(Math.ceilDiv(vocabSize, unit), unit);
  }

  private Vocabulary() {}
}
