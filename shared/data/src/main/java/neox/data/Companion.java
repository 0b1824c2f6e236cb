package neox.data;

/// What belongs to each sample of a split besides its labels, in the same order.
public sealed interface Companion {
  /// Nothing.
  record None() implements Companion {}

  /// The text that was rejected where the sample was chosen.
  record Rejected(TokenSamples samples) implements Companion {}

  /// A number for each token: its document's reward, 0 where nothing but padding is.
  record Rewards(TokenSamples samples) implements Companion {}
}
