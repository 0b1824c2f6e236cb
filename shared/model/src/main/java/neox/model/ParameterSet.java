package neox.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.tensor.FlatMemory;
import neox.tensor.Owner;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/// Owns one rank's pieces of the parameters of a network, in the order of the parameter table. A
/// parameter that several layers use is there once.
final class ParameterSet implements AutoCloseable {
  private final Map<ParameterSpec, Parameter> parameters = new LinkedHashMap<>();
  private final Owner owner = new Owner();

  private ParameterSet() {}

  /// All parameters, zero where they have memory.
  static ParameterSet allocate(List<ParameterSpec> specs, NetworkOptions options) {
    ParameterSet set = new ParameterSet();
    int ranks = options.tensorParallel().size();
    for (ParameterSpec spec : specs) {
      long[] sizes = Shards.local(spec, ranks).sizes();
      Tensor value = set.owner.keep(value(sizes, options));
      value.set_requires_grad(options.use() == NetworkOptions.Use.TRAINING && spec.trainable());
      set.parameters.put(spec, new Parameter(spec, value));
    }
    return set;
  }

  private static Tensor value(long[] sizes, NetworkOptions options) {
    return switch (options.memory()) {
      case OWN -> options.placement().zeros(sizes);
      case LENT -> FlatMemory.none(options.placement(), sizes);
    };
  }

  List<Parameter> all() {
    return new ArrayList<>(parameters.values());
  }

  Tensor get(ParameterSpec spec) {
    Parameter parameter = parameters.get(spec);
    if (parameter == null) {
      throw new IllegalStateException("no parameter " + spec.key() + " in this network");
    }
    return parameter.value();
  }

  /// The same as the optional argument that libtorch's functions take, made once.
  TensorOptional argument(Optional<ParameterSpec> spec) {
    return owner.keep(spec.map(this::get).map(TensorOptional::new).orElseGet(TensorOptional::new));
  }

  @Override
  public void close() {
    parameters.clear();
    owner.close();
  }
}
