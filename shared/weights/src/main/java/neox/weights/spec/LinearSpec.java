package neox.weights.spec;

import java.util.Optional;
import java.util.stream.Stream;

/// `y = x Wᵀ + bias`.
///
/// @param weight `[out, in]`
/// @param bias `[out]`
public record LinearSpec(ParameterSpec weight, Optional<ParameterSpec> bias) {
  Stream<ParameterSpec> parameters() {
    return Stream.concat(Stream.of(weight), bias.stream());
  }
}
