package neox.train.optimizer;

/// One thing that a rule remembers of a parameter.
sealed interface Slot {
  /// As checkpoints call it.
  String name();

  /// How it grows with the gradients: by the factor to this power when all gradients are
  /// multiplied.
  int degree();

  /// A number for each weight, zero at first.
  record Elements(String name, int degree) implements Slot {}

  /// The weights as they were at first.
  record FirstWeights(String name) implements Slot {
    @Override
    public int degree() {
      return 0;
    }
  }

  /// A number for each index of a dim, zero at first: the largest square of a gradient.
  record Indices(String name, int dim) implements Slot {
    @Override
    public int degree() {
      return 2;
    }
  }
}
