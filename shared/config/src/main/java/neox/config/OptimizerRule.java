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

    Adam withDecay(Decay value) {
      return new Adam(beta1, beta2, epsilon, value, correctsBias);
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

  /// SM3-II (arXiv:1901.11150), whose memory grows with the sides of a matrix; weights do not
  /// decay.
  ///
  /// @param beta decay of the accumulators; 0: they only grow
  /// @param epsilon added to the squared denominator
  record Sm3(double momentum, double beta, double epsilon) implements OptimizerRule {}

  /// MADGRAD (arXiv:2101.11075) with decoupled decay.
  ///
  /// @param epsilon added to the denominator, and to the rate
  record Madgrad(double momentum, double epsilon) implements OptimizerRule {}

  /// Steps along orthogonalized averages for matrices, AdamW for the rest.
  ///
  /// @param momentum decay of the average
  /// @param nesterov whether the gradient leads the average
  /// @param steps of the Newton-Schulz iteration (`ns_steps`)
  /// @param scale how the rate depends on a matrix's sides (`adjust_lr_fn`)
  /// @param rest for embeddings, the output layer, norms and biases
  record Muon(double momentum, boolean nesterov, int steps, MuonScale scale, Adam rest)
      implements OptimizerRule {}

  /// What multiplies the rate of Muon for a matrix of r rows and c columns; the names are torch's.
  enum MuonScale {
    /// 0.2·√max(r, c): steps as large as AdamW's, so that both share a rate (arXiv:2502.16982).
    MATCH_RMS_ADAMW,
    /// √max(1, r/c), as Muon's author has it.
    ORIGINAL
  }

  /// Whether the rule looks at rows and columns, so that a matrix must not be cut.
  default boolean seesMatrices() {
    return switch (this) {
      case Adam _, Lion _, Sgd _, Madgrad _ -> false;
      case Sm3 _, Muon _ -> true;
    };
  }
}
