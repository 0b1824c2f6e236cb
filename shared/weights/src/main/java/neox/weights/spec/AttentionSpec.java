package neox.weights.spec;

import java.util.Optional;
import java.util.stream.Stream;
import neox.config.model.AttentionConfig;

/// The attention of one block.
///
/// @param queryKeyValue for each head its q, k, v; or with grouped queries all q, all k, all v
/// @param norm of queries and of keys, over `[heads, d]`
/// @param relative `[buckets, heads]`, the table of relative positions that all blocks share
public record AttentionSpec(
    AttentionConfig config,
    LinearSpec queryKeyValue,
    LinearSpec dense,
    Optional<NormSpec> norm,
    Optional<ParameterSpec> relative) {

  Stream<ParameterSpec> parameters() {
    return Stream.of(
            norm.stream().flatMap(NormSpec::parameters),
            queryKeyValue.parameters(),
            relative.stream(),
            dense.parameters())
        .flatMap(part -> part);
  }
}
