package neox.weights.neox;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.spec.ParameterSpec;

/// The float32 weights that an optimizer keeps of a network which computes with narrower ones. What
/// it does not keep (parameters that are float32 already, or frozen) is the network's, widened.
final class MasterWeights implements WideWeights {
  private final Optional<StoredOptimizer> optimizer;

  private MasterWeights(Optional<StoredOptimizer> optimizer) {
    this.optimizer = optimizer;
  }

  /// Opens those beside a checkpoint's weights; [UserException] when some that was trained in a
  /// narrower type has none.
  ///
  /// @param checkpoint stays the caller's
  static MasterWeights open(NeoxCheckpoint checkpoint) throws IOException {
    MasterWeights masters = new MasterWeights(optimizer(checkpoint));
    boolean opened = false;
    try {
      masters.requireAll(checkpoint);
      opened = true;
      return masters;
    } finally {
      if (!opened) {
        masters.close();
      }
    }
  }

  private static Optional<StoredOptimizer> optimizer(NeoxCheckpoint checkpoint) throws IOException {
    if (OptimizerStateFile.isIn(checkpoint.directory())) {
      return Optional.of(OptimizerStateFile.open(checkpoint.directory()));
    }
    return DeepSpeedOptimizer.open(checkpoint).map(StoredOptimizer.class::cast);
  }

  private void requireAll(NeoxCheckpoint checkpoint) {
    List<ParameterSpec> narrow =
        checkpoint.storedParameters().stream()
            .filter(spec -> checkpoint.dtype(spec.key()).bytes() < DType.FLOAT32.bytes())
            .toList();
    if (narrow.isEmpty()) {
      return;
    }
    if (optimizer.isEmpty()) {
      throw UserException.of(
          "%s: no state of an optimizer in it, so no float32 weights (masters) beside its %s ones;"
              + " add the optimizer's files (*optim_states.pt or %s), or take the model's weights",
          checkpoint.directory(),
          checkpoint.dtype(narrow.getFirst().key()).name().toLowerCase(Locale.ROOT),
          OptimizerStateFile.NAME);
    }
    boolean any = narrow.stream().anyMatch(this::has);
    for (ParameterSpec spec : narrow) {
      if (!has(spec) && (!any || !optimizer.get().isFrozen(spec))) {
        throw UserException.of(
            "%s: the state of its optimizer holds no float32 weights (masters) of %s; take the"
                + " model's weights",
            checkpoint.directory(), spec.key());
      }
    }
  }

  private boolean has(ParameterSpec spec) {
    return optimizer.isPresent() && optimizer.get().hasMaster(spec);
  }

  @Override
  public LazyTensor tensor(ParameterSpec spec, LazyTensor stored) {
    return has(spec)
        ? optimizer.orElseThrow().tensor(spec, OptimizerStateFile.MASTER)
        : stored.to(DType.FLOAT32);
  }

  @Override
  public void close() {
    if (optimizer.isPresent()) {
      switch (optimizer.get()) {
        case OptimizerStateFile ours -> ours.close();
        case DeepSpeedOptimizer deepSpeeds -> deepSpeeds.close();
      }
    }
  }
}
