package neox.inference;

import java.util.function.IntPredicate;

/// How texts are continued.
///
/// @param sampler chooses each token
/// @param eligible the ids that may be chosen: a network has more rows than its tokenizer has
///   tokens, and what stands for no token is no text
/// @param maxLength tokens of prompt and continuation together
/// @param batchSize texts that are continued at the same time
/// @param memory of what was read
public record Decoding(
    Sampler sampler, IntPredicate eligible, int maxLength, int batchSize, Memory memory) {
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
  }

  /// Always the likeliest of all rows of the network, one text at a time.
  public static Decoding greedy(int maxLength) {
    return new Decoding(Sampler.greedy(), id -> true, maxLength, 1, Memory.KEYS_AND_VALUES);
  }

  public Decoding withSampler(Sampler value) {
    return new Decoding(value, eligible, maxLength, batchSize, memory);
  }

  public Decoding withEligible(IntPredicate value) {
    return new Decoding(sampler, value, maxLength, batchSize, memory);
  }

  public Decoding withBatchSize(int value) {
    return new Decoding(sampler, eligible, maxLength, value, memory);
  }

  public Decoding withMemory(Memory value) {
    return new Decoding(sampler, eligible, maxLength, batchSize, value);
  }
}
