package neox.model;

import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.NetworkSpec;

/// The weights of a network under the names that they have after a soft prompt, which moves every
/// layer but the embedding by one. Closing the other store is its owner's business.
record MovedLayers(TensorStore store) implements TensorStore {
  @Override
  public Set<String> names() {
    return store.names().stream().map(name -> moved(name, 1)).collect(Collectors.toSet());
  }

  @Override
  public TensorView view(String name) {
    return store.view(moved(name, -1));
  }

  @Override
  public void close() throws IOException {}

  private static String moved(String name, int by) {
    int dot = name.indexOf('.');
    int layer = Integer.parseInt(name.substring(0, dot));
    return layer == NetworkSpec.EMBEDDING ? name : layer + by + name.substring(dot);
  }
}
