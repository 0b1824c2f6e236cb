package neox.weights;

/// One parameter of the network, as one line of the parameter table.
///
/// @param layer index in NeoX's layer numbering: 0 embedding, 2… blocks, L+3 final norm, L+4 head
/// @param name NeoX's current name inside the layer, such as `attention.dense.weight`
/// @param shape of the whole parameter, before tensor parallelism splits it
/// @param decays whether weight decay applies (false for norms and biases)
/// @param share how tensor-parallel ranks share it
public record ParameterSpec(
    int layer, String name, Shape shape, Initializer initializer, boolean decays, Share share) {

  /// The name in a whole-model store: `{layer}.{name}`, as in NeoX's `sequential.{layer}.{name}`.
  public String key() {
    return layer + "." + name;
  }
}
