package neox.train.objective;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/// What an objective makes of a micro-batch; the tensors belong to the innermost scope.
///
/// @param value a float32 scalar, to be minimized
/// @param metrics further scalars to report, by name in their order, without a gradient
public record Loss(Tensor value, Map<String, Tensor> metrics) {
  public Loss {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
