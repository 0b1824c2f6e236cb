package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.weights.DType;
import neox.weights.TensorStore;
import neox.weights.neox.MergedModel;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// A model on its way from one format to another.
///
/// @param origin the directory it was read from, for messages
/// @param stored every parameter of `network` under its name in NeoX; closed with this
/// @param network with the adapters of its run, if it has any
/// @param iteration steps trained; 0 when unknown
/// @param config of its run, if known
/// @param state what the checkpoint says beside the weights, such as `global_samples`
record SourceModel(
    Path origin,
    TensorStore stored,
    NetworkSpec network,
    long iteration,
    Optional<LoadedConfig> config,
    Map<String, Object> state)
    implements AutoCloseable {
  /// The weights with adapters merged into them: those of [#plain].
  TensorStore weights() {
    return MergedModel.of(stored, network);
  }

  /// The network without adapters.
  NetworkSpec plain() {
    return NetworkSpec.of(network.config(), network.paddedVocab());
  }

  /// The same with the first `rows` of the vocabulary alone, adapters merged. Only one of both is
  /// closed.
  SourceModel withVocabulary(int rows) {
    NetworkSpec cut = NetworkSpec.of(network.config(), rows);
    return new SourceModel(origin, FirstRows.of(weights(), cut), cut, iteration, config, state);
  }

  /// The element type that all weights have; [UserException] when they have not one.
  DType storedType() {
    List<ParameterSpec> table = plain().parameters();
    String first = table.getFirst().key();
    for (ParameterSpec spec : table) {
      if (stored.dtype(spec.key()) != stored.dtype(first)) {
        throw UserException.of(
            "%s: %s is %s but %s is %s; choose with --precision",
            origin, first, stored.dtype(first), spec.key(), stored.dtype(spec.key()));
      }
    }
    return stored.dtype(first);
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
