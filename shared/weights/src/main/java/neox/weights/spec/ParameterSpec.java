package neox.weights.spec;

import java.util.List;
import neox.weights.Shape;

/// One parameter of a network. Layers that share a parameter hold the same object.
///
/// @param homes where a checkpoint stores it, each time the whole of it; at least one place
/// @param shape of the whole parameter, before tensor parallelism splits it
/// @param share how tensor-parallel ranks share it
/// @param trainable whether training changes it
/// @param role what it does in the network
public record ParameterSpec(
    List<Home> homes,
    Shape shape,
    Initializer initializer,
    Share share,
    Group group,
    boolean trainable,
    Role role) {

  /// What a parameter does, where optimizers and scaling rules (muP) tell one from the other.
  public enum Role {
    /// A matrix that maps activations to activations.
    MATRIX,
    /// A table with a row for each token or position, or the matrix that reads tokens out.
    TABLE,
    /// Anything else, such as the numbers of norms and biases.
    OTHER
  }

  public ParameterSpec {
    homes = List.copyOf(homes);
    if (homes.isEmpty()) {
      throw new IllegalArgumentException("a parameter without a place in checkpoints");
    }
  }

  /// A matrix, or something else when it has not two dims or does not decay, as norms of heads.
  public ParameterSpec(
      List<Home> homes,
      Shape shape,
      Initializer initializer,
      Share share,
      Group group,
      boolean trainable) {
    this(
        homes,
        shape,
        initializer,
        share,
        group,
        trainable,
        shape.rank() == 2 && group.decays() ? Role.MATRIX : Role.OTHER);
  }

  /// Its name in whole-model stores: the key of its first home.
  public String key() {
    return homes.getFirst().key();
  }

  public ParameterSpec withTrainable(boolean value) {
    return new ParameterSpec(homes, shape, initializer, share, group, value, role);
  }

  public ParameterSpec withInitializer(Initializer value) {
    return new ParameterSpec(homes, shape, value, share, group, trainable, role);
  }

  public ParameterSpec withShare(Share value) {
    return new ParameterSpec(homes, shape, initializer, value, group, trainable, role);
  }

  public ParameterSpec withGroup(Group value) {
    return new ParameterSpec(homes, shape, initializer, share, value, trainable, role);
  }

  public ParameterSpec withRole(Role value) {
    return new ParameterSpec(homes, shape, initializer, share, group, trainable, value);
  }
}
