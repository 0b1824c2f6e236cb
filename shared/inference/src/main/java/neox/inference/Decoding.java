package neox.inference;

import java.util.function.IntPredicate;

/// How many texts are continued together, of which tokens.
///
/// @param eligible the ids that may be chosen: a network has more rows than its tokenizer has
///   tokens, and what stands for no token is no text
/// @param maxLength tokens of prompt and continuation together
/// @param batchSize texts that are continued at the same time
/// @param tokensPerPass prompts are read together as long as they, padded to the longest, are no
///   more tokens than this; a longer one is read alone
/// @param memory of what was read
public record Decoding(
    IntPredicate eligible, int maxLength, int batchSize, int tokensPerPass, Memory memory) {
  private static final int TOKENS_PER_PASS = 4096;

  /// What a decoder remembers between two tokens.
  public enum Memory {
    /// Keys and values: each token passes through the network once.
    KEYS_AND_VALUES,
    /// Nothing: each token reads the whole text again. Slow, and the check of the other one.
    NOTHING
  }

  public Decoding {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batches have at least one row, not " + batchSize);
    }
    if (tokensPerPass < 1) {
      throw new IllegalArgumentException("passes read at least one token, not " + tokensPerPass);
    }
  }

  /// Of all rows of the network, one text at a time.
  public static Decoding upTo(int maxLength) {
    return new Decoding(id -> true, maxLength, 1, TOKENS_PER_PASS, Memory.KEYS_AND_VALUES);
  }

  public Decoding withEligible(IntPredicate value) {
    return new Decoding(value, maxLength, batchSize, tokensPerPass, memory);
  }

  public Decoding withBatchSize(int value) {
    return new Decoding(eligible, maxLength, value, tokensPerPass, memory);
  }

  public Decoding withTokensPerPass(int value) {
    return new Decoding(eligible, maxLength, batchSize, value, memory);
  }

  public Decoding withMemory(Memory value) {
    return new Decoding(eligible, maxLength, batchSize, tokensPerPass, value);
  }
}
