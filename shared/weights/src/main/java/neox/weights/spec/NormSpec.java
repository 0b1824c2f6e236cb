package neox.weights.spec;

import java.util.Optional;
import java.util.stream.Stream;
import neox.config.model.Norm;

/// A normalization layer.
///
/// @param norm its formula
/// @param scale `[h]`, or `[1]` for a scale norm; empty for a norm without parameters
/// @param shift `[h]`
public record NormSpec(Norm norm, Optional<ParameterSpec> scale, Optional<ParameterSpec> shift) {
  /// The same of a slice of the sequence on each tensor-parallel rank.
  NormSpec ofSlices() {
    return new NormSpec(
        norm,
        scale.map(each -> each.withShare(new Share.AddedOnce())),
        shift.map(each -> each.withShare(new Share.AddedOnce())));
  }

  Stream<ParameterSpec> parameters() {
    return Stream.concat(scale.stream(), shift.stream());
  }
}
