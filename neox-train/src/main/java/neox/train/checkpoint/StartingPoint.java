package neox.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.UserException;
import neox.config.CheckpointConfig;
import neox.config.NeoxConfig;
import neox.config.ScheduleConfig;
import neox.train.stability.Stability;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;

/// Decides where a run begins: at step 0, or after a checkpoint's step.
public final class StartingPoint {
  /// The `global_step{N}` directory to continue from; empty to start afresh.
  ///
  /// A `load` directory without a checkpoint is a mistake, unless it is the directory that the run
  /// itself saves to: then this is the run's first start.
  public static Optional<Path> find(CheckpointConfig config, Console console) throws IOException {
    if (config.load().isEmpty()) {
      warnOfOverwriting(config, console);
      return Optional.empty();
    }
    Optional<Path> found = find(config);
    Path load = config.load().get();
    if (found.isEmpty()) {
      console.info("%s: no checkpoint yet, starting from step 0", load);
    } else if (config.loadsOwn() && !found.get().startsWith(load)) {
      console.info("%s: no checkpoint here, continuing from %s", load, found.get());
    }
    return found;
  }

  private static Optional<Path> find(CheckpointConfig config) throws IOException {
    Path load = config.load().orElseThrow();
    if (config.loadsOwn() && config.iteration().isEmpty()) {
      CheckpointStore store = new CheckpointStore(load);
      Optional<Long> latest = store.latest();
      if (latest.isEmpty() && store.iterations().isEmpty()) {
        return pushed(config);
      }
      if (latest.isPresent()) {
        return Optional.of(NeoxCheckpoint.resolve(store.path(latest.get()), OptionalLong.empty()));
      }
    }
    OptionalLong iteration =
        config.iteration().map(OptionalLong::of).orElseGet(OptionalLong::empty);
    return Optional.of(NeoxCheckpoint.resolve(load, iteration));
  }

  /// The latest checkpoint that this run has pushed: it goes on where its own directory was lost.
  private static Optional<Path> pushed(CheckpointConfig config) throws IOException {
    Optional<Path> folder =
        config.remote().map(remote -> remote.readable(config.save().orElseThrow()));
    Optional<Long> latest =
        folder.isPresent() ? new CheckpointStore(folder.get()).pointedTo() : Optional.empty();
    return latest.isEmpty()
        ? Optional.empty()
        : Optional.of(
            NeoxCheckpoint.resolve(
                folder.orElseThrow().resolve(CheckpointNames.directory(latest.get())),
                OptionalLong.empty()));
  }

  private static void warnOfOverwriting(CheckpointConfig config, Console console)
      throws IOException {
    if (config.save().isPresent()) {
      List<Long> existing = new CheckpointStore(config.save().get()).iterations();
      if (!existing.isEmpty()) {
        console.warn(
            "%s holds checkpoints up to step %d; this run starts from step 0 and replaces those"
                + " it reaches (set load to continue instead)",
            config.save().get(), existing.getLast());
      }
    }
  }

  /// Whether the run continues what it has saved itself, rather than beginning another.
  public static boolean continuesItself(CheckpointConfig config) {
    return config.loadsOwn() && !config.finetune();
  }

  /// Where the run that saved a checkpoint stood; empty for a run that starts afresh, and for
  /// checkpoints of GPT-NeoX.
  public static Optional<TrainState> before(Optional<Path> checkpoint, CheckpointConfig config)
      throws IOException {
    return checkpoint.isEmpty() || config.finetune()
        ? Optional.empty()
        : TrainState.read(checkpoint.get());
  }

  /// How far the run has come that this one goes on with, also where GPT-NeoX saved it; empty for a
  /// run that starts afresh.
  public static Optional<TrainState> progress(NeoxConfig config) throws IOException {
    CheckpointConfig checkpoints = config.checkpoint();
    Optional<Path> checkpoint =
        checkpoints.load().isEmpty() || checkpoints.finetune()
            ? Optional.empty()
            : find(checkpoints);
    Optional<TrainState> own = before(checkpoint, checkpoints);
    if (own.isPresent() || checkpoint.isEmpty()) {
      return own;
    }
    try (NeoxCheckpoint stored =
        NeoxCheckpoint.open(checkpoint.get(), OptionalLong.empty(), config)) {
      return Optional.of(
          ofNeox(checkpoint.get(), NeoxState.of(stored), config, configured(config)));
    }
  }

  /// The schedule that a configuration asks for.
  public static LearningRateSchedule configured(NeoxConfig config) {
    return LearningRateSchedule.of(config.schedule(), config.optimizer().learningRate());
  }

  /// What the weights of a checkpoint say of the run, for those by GPT-NeoX that hold no
  /// [TrainState].
  ///
  /// @param state everything but the weights
  public record NeoxState(long iteration, Map<String, Object> state) {
    public static NeoxState of(NeoxCheckpoint stored) {
      return new NeoxState(stored.iteration(), stored.clientState());
    }
  }

  /// The state in which a loaded checkpoint leaves the run.
  public static TrainState stateOf(
      Path checkpoint, NeoxState neox, NeoxConfig config, LearningRateSchedule configured)
      throws IOException {
    if (config.checkpoint().finetune()) {
      return TrainState.fresh(configured);
    }
    Optional<TrainState> own = TrainState.read(checkpoint);
    TrainState state = own.isPresent() ? own.get() : ofNeox(checkpoint, neox, config, configured);
    if (!config.checkpoint().loadRandomState()) {
      state = state.withRandomState(Optional.empty());
    }
    return config.checkpoint().loadOptimizer()
        ? state.withSchedule(agreed(checkpoint, state.schedule(), configured, config.schedule()))
        : state.withSchedule(configured).withUpdates(0); // as GPT-NeoX with no_load_optim
  }

  /// Where a run of GPT-NeoX stood. Its schedule is the configured one as far as the checkpoint
  /// does not say.
  ///
  /// @param configured the schedule of this run
  public static TrainState ofNeox(
      Path checkpoint, NeoxState neox, NeoxConfig config, LearningRateSchedule configured) {
    requireNeoxOwn(checkpoint);
    int batch = config.batch().trainBatchSize();
    long samples = NeoxCounters.samples(neox.state(), neox.iteration(), batch, checkpoint);
    long tokens = NeoxCounters.product(samples, config.model().seqLength(), checkpoint);
    long skipped = NeoxCounters.skipped(neox.state(), neox.iteration());
    NeoxSchedule stored = NeoxSchedule.in(neox.state(), checkpoint);
    boolean counts = config.checkpoint().loadOptimizer() && !config.schedule().override();
    return TrainState.after(neox.iteration(), samples, tokens, configured)
        .withSchedule(counts ? stored.over(configured) : configured)
        .withStability(Stability.FRESH.withSkipped(skipped))
        .withUpdates(stored.updates().orElse(neox.iteration() - skipped));
  }

  /// GPT-NeoX writes no [TrainState]; our own checkpoints are not complete without it.
  private static void requireNeoxOwn(Path checkpoint) {
    if (OptimizerStateFile.isIn(checkpoint)) {
      throw UserException.of(
          "%s: holds %s, but no %s; the checkpoint is damaged, load another one (iteration)",
          checkpoint, OptimizerStateFile.NAME, TrainState.FILE);
    }
  }

  /// Which of two schedules counts; [UserException] when they differ and nothing says so.
  public static LearningRateSchedule agreed(
      Path checkpoint,
      LearningRateSchedule saved,
      LearningRateSchedule configured,
      ScheduleConfig config) {
    if (config.override() && config.useCheckpoint()) {
      throw new UserException(
          "override_lr_scheduler and use_checkpoint_lr_scheduler are both set; choose one");
    }
    if (config.override() || saved.equals(configured)) {
      return configured;
    }
    if (config.useCheckpoint()) {
      return saved;
    }
    throw UserException.of(
        "%s: its learning-rate schedule is not the configured one (%s); set"
            + " override_lr_scheduler to take the configured, use_checkpoint_lr_scheduler to keep"
            + " the checkpoint's",
        checkpoint, String.join("; ", differences(saved, configured)));
  }

  private static List<String> differences(LearningRateSchedule a, LearningRateSchedule b) {
    List<String> differences = new ArrayList<>();
    compare(differences, "lr_decay_style", a.style(), b.style());
    compare(differences, "optimizer.params.lr", a.peak(), b.peak());
    compare(differences, "min_lr", a.minRate(), b.minRate());
    compare(differences, "warmup in steps", a.warmupSteps(), b.warmupSteps());
    compare(differences, "lr_decay_iters", a.decaySteps(), b.decaySteps());
    return differences;
  }

  private static void compare(List<String> differences, String name, Object saved, Object now) {
    if (!saved.equals(now)) {
      differences.add(name + ": " + saved + " there, " + now + " configured");
    }
  }

  private StartingPoint() {}
}
