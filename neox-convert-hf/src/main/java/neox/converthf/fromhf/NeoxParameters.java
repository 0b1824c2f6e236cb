package neox.converthf.fromhf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.Woven;
import neox.weights.Woven.Strand;
import neox.weights.Zeros;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// The parameters of a model from elsewhere in the shapes and the type that NeoX is to have: rows
/// of the vocabulary that only NeoX has are zero.
final class NeoxParameters implements Function<String, NamedTensor> {
  private final TensorStore model;
  private final Optional<DType> dtype;
  private final Map<String, ParameterSpec> specs = new HashMap<>();

  NeoxParameters(TensorStore model, NetworkSpec network, Optional<DType> dtype) {
    this.model = model;
    this.dtype = dtype;
    network.parameters().forEach(spec -> specs.put(spec.key(), spec));
  }

  @Override
  public NamedTensor apply(String key) {
    ParameterSpec spec = specs.get(key);
    if (spec == null) {
      throw new IllegalArgumentException("no parameter " + key);
    }
    LazyTensor stored = model.tensor(key);
    LazyTensor converted = Precisions.convert(key, stored, dtype.orElse(stored.dtype()));
    return new NamedTensor(key, padded(converted, spec.shape()));
  }

  private static LazyTensor padded(LazyTensor tensor, Shape shape) {
    if (tensor.shape().equals(shape)) {
      return tensor;
    }
    long more = (shape.count() - tensor.shape().count()) * tensor.dtype().bytes();
    if (more < 0 || !tensor.shape().with(0, shape.size(0)).equals(shape)) {
      throw new IllegalStateException(tensor.shape() + " is to become " + shape);
    }
    Strand rows = new Strand(tensor.bytes(), 0, tensor.byteSize(), tensor.byteSize());
    Strand zeros = new Strand(new Zeros(more), 0, more, more);
    return new LazyTensor(tensor.dtype(), shape, new Woven(1, List.of(rows, zeros)));
  }
}
