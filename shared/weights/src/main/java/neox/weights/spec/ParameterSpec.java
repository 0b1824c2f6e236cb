package neox.weights.spec;

import java.util.List;
import neox.weights.Shape;

/// One parameter of a network. Layers that share a parameter hold the same object.
///
/// @param homes where a checkpoint stores it, each time the whole of it; at least one place
/// @param shape of the whole parameter, before tensor parallelism splits it
/// @param share how tensor-parallel ranks share it
/// @param trainable whether training changes it
public record ParameterSpec(
    List<Home> homes,
    Shape shape,
    Initializer initializer,
    Share share,
    Group group,
    boolean trainable) {

  public ParameterSpec {
    homes = List.copyOf(homes);
    if (homes.isEmpty()) {
      throw new IllegalArgumentException("a parameter without a place in checkpoints");
    }
  }

  /// Its name in whole-model stores: the key of its first home.
  public String key() {
    return homes.getFirst().key();
  }

  public ParameterSpec withTrainable(boolean value) {
    return new ParameterSpec(homes, shape, initializer, share, group, value);
  }
}
