package neox.weights;

import java.io.IOException;
import java.util.Set;

/// Tensors that follow one by one from those of another store, which is closed with this.
public interface DerivedStore extends TensorStore {
  TensorStore stored();

  @Override
  default Set<String> names() {
    return stored().names();
  }

  @Override
  LazyTensor tensor(String name);

  @Override
  default TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  default void close() throws IOException {
    stored().close();
  }
}
