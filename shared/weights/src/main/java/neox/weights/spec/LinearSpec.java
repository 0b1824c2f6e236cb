package neox.weights.spec;

import java.util.Optional;
import java.util.stream.Stream;

/// `y = x Wᵀ + bias`, and what an adapter adds.
///
/// @param weight `[out, in]`
/// @param bias `[out]`
public record LinearSpec(
    ParameterSpec weight, Optional<ParameterSpec> bias, Optional<AdapterSpec> adapter) {
  Stream<ParameterSpec> parameters() {
    return Stream.of(
            Stream.of(weight), bias.stream(), adapter.stream().flatMap(AdapterSpec::parameters))
        .flatMap(part -> part);
  }
}
