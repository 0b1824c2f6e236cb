package neox.config;

/// How a gradient changes a weight (`optimizer.type`), with the numbers of that rule.
public sealed interface OptimizerRule {
  /// AdamW as NeoX runs it (arXiv:1711.05101: decoupled decay, bias correction).
  ///
  /// @param epsilon added to the denominator
  record Adam(double beta1, double beta2, double epsilon) implements OptimizerRule {}

  /// The sign of an average (arXiv:2302.06675, decoupled decay).
  ///
  /// @param beta1 decay of the average that decides the sign
  /// @param beta2 decay of the average that is kept
  record Lion(double beta1, double beta2) implements OptimizerRule {}

  /// Stochastic gradient descent with heavy-ball momentum; decay is added to the gradient.
  record Sgd(double momentum) implements OptimizerRule {}
}
