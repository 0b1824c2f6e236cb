package neox.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import neox.model.Parameter;
import neox.model.StoredTypes;
import neox.parallel.Ranks;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorSource;
import neox.train.optimizer.OptimizerState;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.CompleteFiles;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.Tensor;

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
    return List.of(this::writeWeights, optimizer::write, this::writeState, this::requireAll);
  }

  private void requireAll(Path directory) throws IOException {
    if (ranks.isFirstOfAll()) {
      CompleteFiles.of(part(), contents.layout()).requireIn(directory);
    }
  }

  /// This rank's weights. Ranks that hold the same as another leave them to it.
  private void writeWeights(Path directory) throws IOException {
    try (var _ = Scope.open()) {
      if (contents.shared().any()) {
        writeShared(directory);
      } else if (ranks.isFirstReplica()) {
        NeoxCheckpointWriter.write(
            directory, content(key -> NamedTensor.of(key, parameter(key).view(source))));
      }
    }
  }

  /// Weights of which each replica has a part come to the first replica one parameter at a time.
  private void writeShared(Path directory) throws IOException {
    Iterator<String> ungathered = NeoxCheckpointWriter.order(part(), contents.layout()).iterator();
    if (!ranks.isFirstReplica()) {
      ungathered.forEachRemaining(this::gather);
      return;
    }
    try {
      NeoxCheckpointWriter.write(
          directory, content(key -> announced(key, () -> gather(ungathered.next()).orElseThrow())));
    } catch (IOException e) {
      ungathered.forEachRemaining(this::gather); // the others send them all the same
      throw e;
    }
  }

  private NamedTensor announced(String key, Supplier<TensorView> bytes) {
    Tensor value = parameter(key).value();
    return new NamedTensor(key, StoredTypes.of(value), Shape.of(StoredTypes.sizes(value)), bytes);
  }

  private Optional<TensorView> gather(String key) {
    return contents.shared().whole(parameter(key), source, ranks);
  }

  private Parameter parameter(String key) {
    return contents.network().parameters().stream()
        .filter(each -> each.spec().key().equals(key))
        .findFirst()
        .orElseThrow();
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

  private CheckpointContent content(Function<String, NamedTensor> weights) {
    return new CheckpointContent(
        part(),
        contents.tokenizerType(),
        state.iteration(),
        state.samples(),
        contents.layout(),
        weights,
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
