package neox.train.optimizer;

/// One thing that a rule remembers of a parameter.
sealed interface Slot {
  /// As checkpoints call it.
  String name();

  /// A number for each weight, zero at first.
  record Elements(String name) implements Slot {}

  /// The weights as they were at first.
  record FirstWeights(String name) implements Slot {}

  /// A number for each index of a dim, zero at first.
  record Indices(String name, int dim) implements Slot {}
}
