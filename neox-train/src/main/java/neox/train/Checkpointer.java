package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import neox.base.Console;
import neox.config.CheckpointConfig;
import neox.model.Network;
import neox.model.Parameter;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.NeoxCheckpointWriter;

/// Saves the run: when it is due, when it ends, when it is asked to stop. A checkpoint holds
/// everything that a bit-for-bit continuation needs: weights, optimizer, random state, counters,
/// and the configuration it was made with.
final class Checkpointer implements StepHook {
  private final CheckpointConfig config;
  private final Optional<CheckpointStore> store;
  private final Contents contents;
  private final Console console;
  private long savedStep = -1;

  /// What goes into a checkpoint.
  ///
  /// @param layout which files hold the weights
  /// @param configFiles texts for `configs/`, by file name
  record Contents(
      Network network,
      AdamW optimizer,
      TrainProgress progress,
      Layout layout,
      String tokenizerType,
      Map<String, String> configFiles) {}

  Checkpointer(CheckpointConfig config, Contents contents, Console console) {
    this.config = config;
    this.store = config.save().map(CheckpointStore::new);
    this.contents = contents;
    this.console = console;
  }

  @Override
  public void after(StepResult result) throws IOException {
    saveIfDue(result.step());
  }

  void saveIfDue(long step) throws IOException {
    if (config.isDue(step)) {
      save(step);
    }
  }

  /// Saves after `step`, unless it has just been done; returns whether a checkpoint of it exists.
  boolean save(long step) throws IOException {
    if (store.isEmpty()) {
      return false;
    }
    if (savedStep != step) {
      store.get().write(step, this::writeTo);
      savedStep = step;
      console.info("saved %s", store.get().path(step));
      if (config.keepLast().isPresent()) {
        store.get().retain(config.keepLast().get(), Set.copyOf(config.extraIters()));
      }
    }
    return true;
  }

  /// The checkpoint to fall back on, as a part of an error message.
  String lastGood() throws IOException {
    Optional<Long> latest = store.isPresent() ? store.get().latest() : Optional.empty();
    return latest.isPresent()
        ? "the last good checkpoint is " + store.orElseThrow().path(latest.get())
        : "there is no checkpoint to go back to";
  }

  private void writeTo(Path directory) throws IOException {
    TrainState state = contents.progress().state();
    Map<String, Parameter> parameters = new HashMap<>();
    for (Parameter parameter : contents.network().parameters()) {
      parameters.put(parameter.spec().key(), parameter);
    }
    CheckpointContent weights =
        new CheckpointContent(
            contents.network().config(),
            contents.network().paddedVocab(),
            contents.tokenizerType(),
            state.iteration(),
            state.samples(),
            contents.layout(),
            key -> Objects.requireNonNull(parameters.get(key), key).view(),
            Map.of("lr_scheduler", neoxSchedule(state)),
            contents.configFiles());
    try (var _ = Scope.open()) {
      NeoxCheckpointWriter.write(directory, weights);
      contents.optimizer().save(directory);
    }
    Optional<String> random =
        config.saveRandomState()
            ? Optional.of(TrainState.encode(RandomState.save()))
            : Optional.empty();
    state.withRandomState(random).write(directory);
  }

  /// The schedule as NeoX's own scheduler stores it; in one order, so that equal states give equal
  /// files.
  private static Map<String, Object> neoxSchedule(TrainState state) {
    LearningRateSchedule schedule = state.schedule();
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("start_lr", schedule.peak());
    entries.put("warmup_iter", schedule.warmupSteps());
    entries.put("num_iters", state.iteration());
    entries.put("decay_style", schedule.style().name().toLowerCase(Locale.ROOT));
    entries.put("end_iter", schedule.decaySteps());
    entries.put("min_lr", schedule.minRate());
    return entries;
  }
}
