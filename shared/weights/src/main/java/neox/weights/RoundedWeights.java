package neox.weights;

import java.io.IOException;
import java.util.Set;

/// Weights rounded to another element type, as if they had been stored in it.
///
/// @param stored closed with this
public record RoundedWeights(TensorStore stored, DType type) implements TensorStore {
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
    return stored.tensor(name).to(type);
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
