package neox.config;

/// How a gradient changes a weight (`optimizer.type`), with the numbers of that rule.
public sealed interface OptimizerRule {
  /// Adam (arXiv:1412.6980).
  ///
  /// @param epsilon added to the denominator
  /// @param decay how weights decay (`adam_w_mode`)
  /// @param correctsBias whether averages are corrected for having begun at zero
  ///   (`bias_correction`)
  record Adam(double beta1, double beta2, double epsilon, Decay decay, boolean correctsBias)
      implements OptimizerRule {
    /// AdamW as NeoX runs it unless told otherwise.
    public Adam(double beta1, double beta2, double epsilon) {
      this(beta1, beta2, epsilon, Decay.DECOUPLED, true);
    }
  }

  /// What weight decay acts on.
  enum Decay {
    /// The weight itself, beside the gradient's step (AdamW, arXiv:1711.05101).
    DECOUPLED,
    /// The gradient, to which it is added: L2 regularization.
    L2
  }

  /// The sign of an average (arXiv:2302.06675, decoupled decay).
  ///
  /// @param beta1 decay of the average that decides the sign
  /// @param beta2 decay of the average that is kept
  record Lion(double beta1, double beta2) implements OptimizerRule {}

  /// Stochastic gradient descent with heavy-ball momentum; decay is added to the gradient.
  record Sgd(double momentum) implements OptimizerRule {}
}
