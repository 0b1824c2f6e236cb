package neox.weights;

import java.io.IOException;
import java.util.Set;

/// Named tensors, whatever the files behind them look like. Close it when no view is in use.
public interface TensorStore extends AutoCloseable {
  /// All names, in the order of the files.
  Set<String> names();

  /// The tensor of that name; [IllegalArgumentException] when there is none.
  TensorView view(String name);

  @Override
  void close() throws IOException;
}
