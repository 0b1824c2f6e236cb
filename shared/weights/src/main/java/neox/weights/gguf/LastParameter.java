package neox.weights.gguf;

import java.util.Map;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import org.jspecify.annotations.Nullable;

/// Parameters, of which the last one is kept: it may be cut into several tensors. Not thread-safe.
final class LastParameter {
  private final TensorStore parameters;
  private Map.@Nullable Entry<String, TensorView> last;

  LastParameter(TensorStore parameters) {
    this.parameters = parameters;
  }

  TensorView view(String key) {
    Map.Entry<String, TensorView> read = last;
    if (read == null || !read.getKey().equals(key)) {
      last = null; // so that it can go before the next one comes
      read = Map.entry(key, parameters.view(key));
      last = read;
    }
    return read.getValue();
  }
}
