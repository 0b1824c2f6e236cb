package neox.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import neox.weights.ParameterSpec;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// Owns the parameters of a network, in the order of the parameter table.
final class ParameterSet implements AutoCloseable {
  private final Map<String, Parameter> byKey = new LinkedHashMap<>();

  private final List<TensorOptional> arguments = new ArrayList<>();

  private ParameterSet() {}

  /// All parameters, zero.
  static ParameterSet allocate(List<ParameterSpec> specs, NetworkOptions options) {
    ParameterSet set = new ParameterSet();
    for (ParameterSpec spec : specs) {
      Tensor value =
          Scope.keep(torch.zeros(spec.shape().sizes(), ElementType.options(options.dtype())));
      value.set_requires_grad(options.requiresGrad());
      set.byKey.put(spec.key(), new Parameter(spec, value));
    }
    return set;
  }

  List<Parameter> all() {
    return List.copyOf(byKey.values());
  }

  /// The parameter of that NeoX name in that layer, if the table has it.
  Optional<Tensor> find(int layer, String name) {
    return Optional.ofNullable(byKey.get(layer + "." + name)).map(Parameter::value);
  }

  Tensor get(int layer, String name) {
    return find(layer, name)
        .orElseThrow(() -> new IllegalStateException("no parameter " + layer + "." + name));
  }

  /// The same as the optional argument that libtorch's functions take, made once; absent when the
  /// table has no such parameter.
  TensorOptional argument(int layer, String name) {
    TensorOptional argument =
        Scope.keep(find(layer, name).map(TensorOptional::new).orElseGet(TensorOptional::new));
    arguments.add(argument);
    return argument;
  }

  @Override
  public void close() {
    arguments.forEach(Scope::release);
    arguments.clear();
    byKey.values().forEach(parameter -> Scope.release(parameter.value()));
    byKey.clear();
  }
}
