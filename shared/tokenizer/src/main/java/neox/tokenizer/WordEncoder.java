package neox.tokenizer;

/// Turns words into tokens. Holds scratch space: one per thread.
interface WordEncoder {
  /// How many words are encoded together at most.
  int MAX_WORDS = 256;

  /// Appends the tokens of words that follow each other.
  ///
  /// @param bounds word i starts at the place of number i and ends at that of the next
  /// @param count how many words, [#MAX_WORDS] at most
  void encode(byte[] text, int[] bounds, int count, TokenBuffer out);
}
