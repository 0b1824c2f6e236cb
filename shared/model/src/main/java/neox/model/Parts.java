package neox.model;

import java.util.Optional;
import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.model.position.PositionScheme;
import neox.parallel.TensorParallel;
import neox.tensor.Placement;

/// What the layers of one network are built from.
record Parts(
    ModelConfig model,
    ParameterSet parameters,
    Placement placement,
    TensorParallel tensorParallel,
    PositionScheme positions,
    RecomputeConfig recompute) {

  /// How a part of the blocks is recomputed, where it is recomputed by itself.
  Optional<Recomputation> recomputed(RecomputeConfig.Part part) {
    return recompute.recomputes(part)
        ? Optional.of(Recomputation.of(placement, model.dropout()))
        : Optional.empty();
  }
}
