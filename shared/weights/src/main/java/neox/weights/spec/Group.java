package neox.weights.spec;

/// What an optimizer does differently for some parameters than for others.
///
/// @param decays whether weight decay applies (false for norms and biases)
/// @param rateFactor multiplies the learning rate
public record Group(boolean decays, double rateFactor) {
  /// Matrices and embeddings.
  public static final Group DECAYING = new Group(true, 1);

  /// Norms and biases.
  public static final Group PLAIN = new Group(false, 1);
}
