package neox.converthf;

import java.util.HashMap;
import java.util.Map;
import neox.weights.DerivedStore;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.spec.NetworkSpec;

/// Weights of which some are stored with more rows than a network has: its first ones are taken.
///
/// @param stored closed with this
/// @param shapes of the network's parameters, by key
record FirstRows(TensorStore stored, Map<String, Shape> shapes) implements DerivedStore {
  static FirstRows of(TensorStore stored, NetworkSpec network) {
    Map<String, Shape> shapes = new HashMap<>();
    network.parameters().forEach(spec -> shapes.put(spec.key(), spec.shape()));
    return new FirstRows(stored, shapes);
  }

  @Override
  public LazyTensor tensor(String name) {
    LazyTensor whole = stored.tensor(name);
    Shape shape = shapes.getOrDefault(name, whole.shape());
    return shape.equals(whole.shape())
        ? whole
        : new LazyTensor(
            whole.dtype(), shape, whole.bytes().slice(0, shape.count() * whole.dtype().bytes()));
  }
}
