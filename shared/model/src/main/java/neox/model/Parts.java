package neox.model;

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
    PositionScheme positions) {}
