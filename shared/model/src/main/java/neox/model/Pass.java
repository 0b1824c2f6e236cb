package neox.model;

/// What one pass through the layers needs beside the activations.
///
/// @param training whether dropout drops
public record Pass(AttentionHistory history, boolean training) {
  /// Whole sequences, dropout on.
  public static Pass ofTraining() {
    return new Pass(AttentionHistory.none(), true);
  }

  /// Whole sequences, dropout off.
  public static Pass ofEvaluation() {
    return new Pass(AttentionHistory.none(), false);
  }

  /// The continuation of a text, dropout off.
  public static Pass after(AttentionHistory history) {
    return new Pass(history, false);
  }
}
