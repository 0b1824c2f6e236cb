package neox.model;

import neox.tensor.MappedTensors;
import neox.tensor.TensorSource;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Tensor;

/// A parameter of a network: its line of the parameter table, and the present value of this rank's
/// piece, which lives as long as the network.
public record Parameter(ParameterSpec spec, Tensor value) {
  /// The piece's bytes where they lie; the next optimizer step changes them.
  public TensorView view() {
    return view(TensorSource.live());
  }

  /// The piece's bytes where `source` has them.
  public TensorView view(TensorSource source) {
    return new TensorView(
        StoredTypes.of(value),
        Shape.of(StoredTypes.sizes(value)),
        MappedTensors.bytes(source.of(value.detach())));
  }
}
