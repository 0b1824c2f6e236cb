package neox.converthf.fromhf;

import java.util.List;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.config.Vocabulary;

/// How many rows the vocabulary of a network has in NeoX, which computes them from its tokenizer
/// and compares.
///
/// @param rows of the embedding and of the head
/// @param divisor with which NeoX comes to them (`make_vocab_size_divisible_by`)
record PaddedRows(int rows, int divisor) {
  private static final int USUAL = 128;

  /// NeoX's own unit, then those that pad further, then those that pad less.
  private static final List<Integer> DIVISORS =
      List.of(USUAL, 256, 512, 1024, 64, 32, 16, 8, 4, 2, 1);

  /// @param stored rows of the model
  /// @param tokens of its tokenizer
  /// @param divisor with which to pad; empty: as little as can be
  static PaddedRows of(int stored, int tokens, int tensorRanks, OptionalInt divisor) {
    return divisor.isPresent()
        ? padded(stored, tokens, tensorRanks, divisor.getAsInt())
        : keeping(stored, tokens, tensorRanks);
  }

  /// As many as there are, if these hold the tokens and the ranks divide them: every row more is
  /// one more token that softmax takes for possible. Otherwise as many more as NeoX adds.
  private static PaddedRows keeping(int stored, int tokens, int tensorRanks) {
    boolean kept = stored >= tokens && stored % tensorRanks == 0;
    int rows = kept ? stored : Vocabulary.padded(Math.max(stored, tokens), USUAL, tensorRanks);
    for (int divisor : DIVISORS) {
      if (Vocabulary.padded(tokens, divisor, tensorRanks) == rows) {
        return new PaddedRows(rows, divisor);
      }
    }
    return new PaddedRows(rows, rows / tensorRanks);
  }

  /// As NeoX pads with that divisor; [UserException] when rows would be lost.
  private static PaddedRows padded(int stored, int tokens, int tensorRanks, int divisor) {
    int rows = Vocabulary.padded(tokens, divisor, tensorRanks);
    if (rows < stored) {
      throw UserException.of(
          "--make-vocab-size-divisible-by %d: NeoX makes %d rows of the tokenizer's %d tokens, but"
              + " the model has %d; expected a greater number, such as %d",
          divisor, rows, tokens, stored, keeping(stored, tokens, tensorRanks).divisor());
    }
    return new PaddedRows(rows, divisor);
  }
}
