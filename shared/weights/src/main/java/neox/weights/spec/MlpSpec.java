package neox.weights.spec;

import java.util.stream.Stream;
import neox.config.model.MlpConfig;

/// The position-wise network of one block.
///
/// @param widen to `config.size()`; when gated, to the values and then the gates
public record MlpSpec(MlpConfig config, LinearSpec widen, LinearSpec narrow) {
  Stream<ParameterSpec> parameters() {
    return Stream.concat(widen.parameters(), narrow.parameters());
  }
}
