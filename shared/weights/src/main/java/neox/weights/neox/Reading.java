package neox.weights.neox;

import neox.weights.Integrity;

/// How a checkpoint is read.
///
/// @param weights which of its weights
/// @param integrity whether their bytes are compared with checksums and digests
public record Reading(Weights weights, Integrity integrity) {
  /// Which weights, where a checkpoint holds them twice.
  public enum Weights {
    /// Those that the network computes with, in the type in which they are stored.
    MODEL,
    /// The optimizer's: float32, of which the network's bfloat16 or float16 are roundings. Where
    /// the optimizer has none (float32 training, frozen parameters) the network's, in float32.
    MASTERS,
    /// The moving average that training has kept of them (`ema.enable`), in float32.
    EMA
  }

  /// The network's weights, compared with their checksums.
  public static final Reading PLAIN = new Reading(Weights.MODEL, Integrity.CHECKED);

  public Reading withWeights(Weights value) {
    return new Reading(value, integrity);
  }

  public Reading withIntegrity(Integrity value) {
    return new Reading(weights, value);
  }
}
