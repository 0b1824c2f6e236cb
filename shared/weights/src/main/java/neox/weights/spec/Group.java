package neox.weights.spec;

/// What an optimizer does differently for some parameters than for others.
///
/// @param decayFactor multiplies weight decay (0 for norms and biases)
/// @param rateFactor multiplies the learning rate
public record Group(double decayFactor, double rateFactor) {
  /// Matrices and embeddings.
  public static final Group DECAYING = new Group(true, 1);

  /// Norms and biases.
  public static final Group PLAIN = new Group(false, 1);

  public Group(boolean decays, double rateFactor) {
    this(decays ? 1 : 0, rateFactor);
  }

  /// Whether weight decay applies.
  public boolean decays() {
    return decayFactor > 0;
  }
}
