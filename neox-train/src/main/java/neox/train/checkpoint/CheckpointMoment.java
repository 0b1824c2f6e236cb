package neox.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorSource;
import neox.train.optimizer.OptimizerState;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.spec.NetworkSpec;

/// What a run is at one moment, as far as a checkpoint holds it. Counters and random state are
/// those of the moment when it is made; tensors are read from `source` when they are written, which
/// another thread may do, with ranks of its own.
///
/// @param ranks that write together
record CheckpointMoment(
    Checkpointer.Contents contents,
    Ranks ranks,
    TrainState state,
    OptimizerState optimizer,
    TensorSource source) {

  /// This very moment.
  ///
  /// @param source whence tensors will be read
  static CheckpointMoment now(
      Checkpointer.Contents contents, Ranks ranks, TensorSource source, RandomNumbers random) {
    TrainState state = contents.progress().state();
    Optional<String> numbers =
        switch (random) {
          case KEPT -> Optional.of(TrainState.encode(RandomState.save()));
          case LEFT_OUT -> Optional.empty();
        };
    DataState data = contents.data().apply(state.iteration());
    return new CheckpointMoment(
        contents,
        ranks,
        state.withRandomState(numbers).withData(data),
        contents.optimizer().state(source, ranks),
        source);
  }

  /// What becomes of the random state (`no_save_rng`).
  enum RandomNumbers {
    KEPT,
    LEFT_OUT
  }

  /// What this rank writes, one after the other.
  List<CheckpointStore.Content> files() {
    return List.of(this::writeWeights, optimizer::write, this::writeState);
  }

  /// This rank's weights. Ranks that hold the same as another leave them to it.
  private void writeWeights(Path directory) throws IOException {
    if (ranks.isFirstReplica()) {
      try (var _ = Scope.open()) {
        NeoxCheckpointWriter.write(directory, weights());
      }
    }
  }

  private void writeState(Path directory) throws IOException {
    if (ranks.isFirstOfAll()) {
      state.write(directory);
    }
  }

  private CheckpointPart part() {
    NetworkSpec spec = contents.network().spec();
    return new CheckpointPart(
        spec,
        contents.network().stage(),
        ranks.pipe().rank(),
        ranks.pipe().size(),
        ranks.tensor().rank(),
        ranks.tensor().size(),
        ranks.data().size());
  }

  private CheckpointContent weights() {
    Map<String, Parameter> parameters = new HashMap<>();
    for (Parameter parameter : contents.network().parameters()) {
      parameters.put(parameter.spec().key(), parameter);
    }
    return new CheckpointContent(
        part(),
        contents.tokenizerType(),
        state.iteration(),
        state.samples(),
        contents.layout(),
        key -> Objects.requireNonNull(parameters.get(key), key).view(source),
        Map.of("lr_scheduler", neoxSchedule(), "skipped_steps", state.stability().skipped()),
        contents.configFiles());
  }

  /// The schedule as NeoX's own scheduler stores it; in one order, so that equal states give equal
  /// files.
  private Map<String, Object> neoxSchedule() {
    LearningRateSchedule schedule = state.schedule();
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("start_lr", schedule.peak());
    entries.put("warmup_iter", schedule.warmupSteps());
    entries.put("num_iters", state.updates());
    entries.put("decay_style", schedule.style().label());
    entries.put("end_iter", schedule.decaySteps());
    entries.put("min_lr", schedule.minRate());
    return entries;
  }
}
