package neox.weights.spec;

/// A place in a checkpoint where a parameter is stored.
///
/// @param layer index in NeoX's layer numbering: 0 embedding, 2… blocks, L+3 final norm, L+4 head
/// @param name NeoX's current name inside the layer, such as `attention.dense.weight`
public record Home(int layer, String name) {
  /// The name in a whole-model store: `{layer}.{name}`, as in NeoX's `sequential.{layer}.{name}`.
  public String key() {
    return layer + "." + name;
  }
}
