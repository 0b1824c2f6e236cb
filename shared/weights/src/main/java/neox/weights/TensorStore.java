package neox.weights;

import java.io.IOException;
import java.util.Set;

/// Named tensors, whatever the files behind them look like. Close it when no view is in use.
public interface TensorStore extends AutoCloseable {
  /// All names, in the order of the files.
  Set<String> names();

  /// The tensor of that name; [IllegalArgumentException] when there is none.
  TensorView view(String name);

  /// The element type of the tensor of that name, without its bytes where these must be put
  /// together.
  default DType dtype(String name) {
    return view(name).dtype();
  }

  @Override
  void close() throws IOException;
}
