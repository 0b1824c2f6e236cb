package neox.train.objective;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// What an objective makes of a micro-batch; the tensors belong to the innermost scope.
///
/// @param value the loss that is reported, a float32 scalar
/// @param auxiliary what is minimized together with it, but not reported as the loss
/// @param metrics further scalars to report, by name in their order; their gradients are not used
public record Loss(Tensor value, Optional<Tensor> auxiliary, Map<String, Tensor> metrics) {
  public Loss {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  public Loss(Tensor value, Map<String, Tensor> metrics) {
    this(value, Optional.empty(), metrics);
  }

  Loss withAuxiliary(Tensor other) {
    return new Loss(value, Optional.of(other), metrics);
  }

  /// What is to be minimized.
  public Tensor minimized() {
    return auxiliary.map(value::add).orElse(value);
  }
}
