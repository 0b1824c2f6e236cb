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

/// A checkpoint of adapters as the plain model that it amounts to: W + scale · B A in place of W, A
/// and B (arXiv:2106.09685 §4.1), summed up in float32 and stored in W's type. A checkpoint without
/// adapters is passed on as it is.
///
/// @param adapters by the weight that they are added to
public record MergedModel(NeoxCheckpoint checkpoint, Map<String, AdapterSpec> adapters)
    implements TensorStore {
  /// The model of a checkpoint.
  ///
  /// @param checkpoint stays the caller's
  /// @param tuning with which it was made
  public static MergedModel of(NeoxCheckpoint checkpoint, TuningConfig tuning) {
    NetworkSpec network = NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab(), tuning);
    return new MergedModel(checkpoint, network.adapters());
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(checkpoint.names());
    names.removeIf(TuningConfig::isAdapter);
    return names;
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    LazyTensor weight = checkpoint.tensor(name);
    AdapterSpec adapter = adapters.get(name);
    return adapter == null
        ? weight
        : new LazyTensor(weight.dtype(), weight.shape(), merged(weight, adapter));
  }

  private ByteSource merged(LazyTensor weight, AdapterSpec adapter) {
    LazyTensor a = checkpoint.tensor(adapter.a().key());
    LazyTensor b = checkpoint.tensor(adapter.b().key());
    return new AdaptedWeight(weight, a, b, (float) adapter.scale());
  }

  @Override
  public void close() {
    // The checkpoint is its caller's.
  }
}
