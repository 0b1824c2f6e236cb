package neox.weights.spec;

import java.util.stream.Stream;

/// The one head of attention in an aMLP block.
///
/// @param queryKeyValue q, k, v of all that the block's first projection gives
/// @param dense to the width of the gates
public record TinyAttentionSpec(LinearSpec queryKeyValue, LinearSpec dense) {
  Stream<ParameterSpec> parameters() {
    return Stream.concat(queryKeyValue.parameters(), dense.parameters());
  }
}
