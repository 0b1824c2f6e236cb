package neox.weights;

import java.io.IOException;
import java.util.Set;

/// Named tensors, whatever the files behind them look like. Close it when no view is in use.
public interface TensorStore extends AutoCloseable {
  /// All names, in the order of the files.
  Set<String> names();

  /// The tensor of that name, in memory or mapped, intact; [IllegalArgumentException] when there is
  /// none.
  TensorView view(String name);

  /// The tensor of that name on its way: nothing is read yet. [IllegalArgumentException] when there
  /// is none.
  default LazyTensor tensor(String name) {
    return LazyTensor.of(view(name));
  }

  /// The element type of the tensor of that name.
  default DType dtype(String name) {
    return tensor(name).dtype();
  }

  @Override
  void close() throws IOException;
}
