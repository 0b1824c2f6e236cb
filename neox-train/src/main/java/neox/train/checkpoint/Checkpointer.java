package neox.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import neox.base.Console;
import neox.base.Progress;
import neox.base.Tool;
import neox.config.CheckpointConfig;
import neox.model.Network;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.train.optimizer.Optimizer;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.spec.NetworkSpec;

/// Saves the run: when it is due, when it ends, when it is asked to stop. A checkpoint holds
/// everything that a bit-for-bit continuation needs: weights, optimizer, random state, counters,
/// and the configuration it was made with.
public final class Checkpointer implements Saver {
  private final CheckpointConfig config;
  private final Optional<CheckpointStore> store;
  private final Contents contents;
  private final Console console;
  private long savedStep = -1;
  private boolean lastFailed;

  /// What goes into a checkpoint.
  ///
  /// @param data where the run stands in its data after a step
  /// @param layout which files hold the weights
  /// @param configFiles texts for `configs/`, by file name
  public record Contents(
      Network network,
      Optimizer optimizer,
      TrainProgress progress,
      LongFunction<DataState> data,
      Ranks ranks,
      Layout layout,
      String tokenizerType,
      Map<String, String> configFiles) {}

  public Checkpointer(CheckpointConfig config, Contents contents, Console console) {
    this.config = config;
    this.store = config.save().map(CheckpointStore::new);
    this.contents = contents;
    this.console = console;
  }

  /// One failure is borne: room may be made until the next save. After two in a row all further
  /// work is likely to be lost as well.
  @Override
  public void saveIfDue(long step) throws IOException {
    if (!config.isDue(step)) {
      return;
    }
    try {
      save(step);
      lastFailed = false;
    } catch (IOException e) {
      if (lastFailed) {
        throw e;
      }
      lastFailed = true;
      console.warn("%s; the run goes on and tries again at the next save", Tool.describe(e));
    }
  }

  @Override
  public boolean save(long step) throws IOException {
    if (store.isEmpty()) {
      return false;
    }
    if (savedStep != step) {
      write(store.get(), step);
      savedStep = step;
      console.info("saved %s", store.get().path(step));
      if (contents.ranks().isFirstOfAll()) {
        deleteOld(store.get());
      }
    }
    return true;
  }

  private void write(CheckpointStore checkpoints, long step) throws IOException {
    try (Progress progress = new Progress(console, "saving", 0)) {
      progress.show(checkpoints.path(step).toString());
      checkpoints.write(
          step,
          List.of(this::writeWeights, contents.optimizer()::save, this::writeState),
          new Together(contents.ranks().world()));
    } catch (IOException e) {
      throw new IOException(
          "%s could not be saved: %s; %s"
              .formatted(checkpoints.path(step), Tool.describe(e), lastGood()),
          e);
    }
  }

  private void deleteOld(CheckpointStore checkpoints) {
    if (config.keepLast().isEmpty()) {
      return;
    }
    try {
      checkpoints.retain(config.keepLast().get(), Set.copyOf(config.extraIters()));
    } catch (IOException e) {
      console.warn("an old checkpoint could not be deleted: %s", Tool.describe(e));
    }
  }

  @Override
  public String lastGood() throws IOException {
    Optional<Long> latest = store.isPresent() ? store.get().latest() : Optional.empty();
    return latest.isPresent()
        ? "the last good checkpoint is " + store.orElseThrow().path(latest.get())
        : "there is no checkpoint to go back to";
  }

  /// This rank's weights. Ranks that hold the same as another leave them to it.
  private void writeWeights(Path directory) throws IOException {
    if (contents.ranks().isFirstReplica()) {
      try (var _ = Scope.open()) {
        NeoxCheckpointWriter.write(directory, weights(contents.progress().state()));
      }
    }
  }

  private void writeState(Path directory) throws IOException {
    if (contents.ranks().isFirstOfAll()) {
      Optional<String> random =
          config.saveRandomState()
              ? Optional.of(TrainState.encode(RandomState.save()))
              : Optional.empty();
      TrainState state = contents.progress().state();
      DataState data = contents.data().apply(state.iteration());
      state.withRandomState(random).withData(data).write(directory);
    }
  }

  private CheckpointPart part() {
    Ranks ranks = contents.ranks();
    NetworkSpec spec = contents.network().spec();
    return new CheckpointPart(
        spec,
        spec.stage(ranks.pipe().rank(), ranks.pipe().size()),
        ranks.pipe().rank(),
        ranks.pipe().size(),
        ranks.tensor().rank(),
        ranks.tensor().size(),
        ranks.data().size());
  }

  private CheckpointContent weights(TrainState state) {
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
        key -> Objects.requireNonNull(parameters.get(key), key).view(),
        Map.of("lr_scheduler", neoxSchedule(state), "skipped_steps", state.stability().skipped()),
        contents.configFiles());
  }

  /// The schedule as NeoX's own scheduler stores it; in one order, so that equal states give equal
  /// files.
  private static Map<String, Object> neoxSchedule(TrainState state) {
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
