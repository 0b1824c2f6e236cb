package neox.converthf;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.NetworkSpec;

/// Weights of which some are stored with more rows than a network has: its first ones are taken.
///
/// @param stored stays the caller's
/// @param shapes of the network's parameters, by key
record FirstRows(TensorStore stored, Map<String, Shape> shapes) implements TensorStore {
  static FirstRows of(TensorStore stored, NetworkSpec network) {
    Map<String, Shape> shapes = new HashMap<>();
    network.parameters().forEach(spec -> shapes.put(spec.key(), spec.shape()));
    return new FirstRows(stored, shapes);
  }

  @Override
  public Set<String> names() {
    return stored.names();
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
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

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
