package neox.train.plan;

/// What a layer needs for one micro-batch beside its parameters, in bytes.
///
/// @param kept from its forward pass to its backward pass
/// @param working more than that, at the worst moment of its backward pass
record LayerBytes(double kept, double working) {
  static final LayerBytes NONE = new LayerBytes(0, 0);

  /// The same when it is computed again for the backward pass.
  ///
  /// @param inputs what is kept of it until then, and used again
  LayerBytes recomputed(double inputs) {
    return new LayerBytes(inputs, Math.max(0, kept - inputs) + working);
  }
}
