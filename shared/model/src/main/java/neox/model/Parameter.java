package neox.model;

import neox.tensor.MappedTensors;
import neox.weights.ParameterSpec;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;

/// A parameter of a network: its line of the parameter table and its present value, which lives as
/// long as the network.
public record Parameter(ParameterSpec spec, Tensor value) {
  /// The value's bytes where they lie; the next optimizer step changes them.
  public TensorView view() {
    return new TensorView(StoredTypes.of(value), spec.shape(), MappedTensors.bytes(value.detach()));
  }
}
