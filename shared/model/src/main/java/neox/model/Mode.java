package neox.model;

/// What a network's output is for.
public enum Mode {
  /// Dropout drops, and autograd remembers.
  TRAINING,
  /// Neither.
  EVALUATION
}
