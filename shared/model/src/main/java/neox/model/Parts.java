package neox.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.model.position.PositionScheme;
import neox.parallel.TensorParallel;
import neox.tensor.Placement;

/// What the layers of one network are built from.
///
/// @param shard of this rank's shards the one that they are for, counted from 0
record Parts(
    ModelConfig model,
    ParameterSet parameters,
    Placement placement,
    TensorParallel tensorParallel,
    PositionScheme positions,
    RecomputeConfig recompute,
    Recomputation recomputation,
    int shard) {
  /// What the layers of one of this rank's shards are built from.
  ///
  /// @param own counted from 0 on this rank
  Parts ofShard(int own) {
    return tensorParallel.hasFixedShards()
        ? new Parts(
            model,
            parameters.shard(own),
            placement,
            tensorParallel.shard(own),
            positions,
            recompute,
            recomputation,
            own)
        : this;
  }

  /// A layer for each of this rank's shards.
  <T> List<T> ofEachShard(Function<Parts, T> layer) {
    return IntStream.range(0, tensorParallel.ownShards())
        .mapToObj(own -> layer.apply(ofShard(own)))
        .toList();
  }

  /// How a part of the blocks is recomputed, where it is recomputed by itself.
  Optional<Recomputation> recomputed(RecomputeConfig.Part part) {
    return recompute.recomputes(part) ? Optional.of(recomputation) : Optional.empty();
  }
}
