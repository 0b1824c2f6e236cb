package neox.weights.neox;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import neox.config.TuningConfig;
import neox.weights.ByteSource;
import neox.weights.LazyTensor;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.NetworkSpec;

/// Weights and adapters as the plain model that they amount to: W + scale · B A in place of W, A
/// and B (arXiv:2106.09685 §4.1), summed up in float32 and stored in W's type. Weights without
/// adapters are passed on as they are.
///
/// @param stored holds both, and stays the caller's
/// @param adapters by the weight that they are added to
public record MergedModel(TensorStore stored, Map<String, AdapterSpec> adapters)
    implements TensorStore {
  /// The model of a checkpoint.
  ///
  /// @param checkpoint stays the caller's
  /// @param tuning with which it was made
  public static MergedModel of(NeoxCheckpoint checkpoint, TuningConfig tuning) {
    return of(checkpoint, NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab(), tuning));
  }

  /// The model of a network's weights.
  ///
  /// @param stored stays the caller's
  /// @param network with its adapters
  public static MergedModel of(TensorStore stored, NetworkSpec network) {
    return new MergedModel(stored, network.adapters());
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(stored.names());
    names.removeIf(TuningConfig::isAdapter);
    return names;
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    LazyTensor weight = stored.tensor(name);
    AdapterSpec adapter = adapters.get(name);
    return adapter == null
        ? weight
        : new LazyTensor(weight.dtype(), weight.shape(), merged(weight, adapter));
  }

  private ByteSource merged(LazyTensor weight, AdapterSpec adapter) {
    LazyTensor a = stored.tensor(adapter.a().key());
    LazyTensor b = stored.tensor(adapter.b().key());
    return new AdaptedWeight(weight, a, b, (float) adapter.scale());
  }

  @Override
  public void close() {
    // What is stored is its caller's.
  }
}
