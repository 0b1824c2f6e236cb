package neox.train.plan;

/// How long a layer works on one micro-batch, in seconds.
record Passes(double forward, double backward) {
  static final Passes NONE = new Passes(0, 0);

  Passes plus(Passes other) {
    return new Passes(forward + other.forward, backward + other.backward);
  }

  /// When the forward pass is done again for the backward pass.
  Passes recomputed(boolean is) {
    return is ? new Passes(forward, backward + forward) : this;
  }

  double both() {
    return forward + backward;
  }
}
