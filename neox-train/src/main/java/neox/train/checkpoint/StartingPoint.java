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

  /// Where the run stands that this one goes on with, before anything is loaded; empty for a run
  /// that starts afresh, and for checkpoints of GPT-NeoX.
  public static Optional<TrainState> before(CheckpointConfig config) throws IOException {
    return config.load().isEmpty() || config.finetune()
        ? Optional.empty()
        : before(find(config), config);
  }

  /// Where the run that saved a checkpoint stood; empty for a run that starts afresh, and for
  /// checkpoints of GPT-NeoX.
  public static Optional<TrainState> before(Optional<Path> checkpoint, CheckpointConfig config)
      throws IOException {
    return checkpoint.isEmpty() || config.finetune()
        ? Optional.empty()
        : TrainState.read(checkpoint.get());
  }

  /// What the weights of a checkpoint say of the run, for those by GPT-NeoX that hold no
  /// [TrainState].
  ///
  /// @param state everything but the weights
  public record NeoxState(long iteration, Map<String, Object> state) {}

  /// The state in which a loaded checkpoint leaves the run.
  public static TrainState stateOf(
      Path checkpoint, NeoxState neox, NeoxConfig config, LearningRateSchedule configured)
      throws IOException {
    if (config.checkpoint().finetune()) {
      return TrainState.fresh(configured);
    }
    Optional<TrainState> saved = TrainState.read(checkpoint);
    if (saved.isEmpty()) {
      requireNeoxOwn(checkpoint);
      int batch = config.batch().trainBatchSize();
      long samples = NeoxCounters.samples(neox.state(), neox.iteration(), batch, checkpoint);
      long tokens = NeoxCounters.product(samples, config.model().seqLength(), checkpoint);
      long skipped = NeoxCounters.skipped(neox.state(), neox.iteration());
      return TrainState.after(neox.iteration(), samples, tokens, configured)
          .withStability(Stability.FRESH.withSkipped(skipped));
    }
    LearningRateSchedule schedule =
        config.checkpoint().loadOptimizer()
            ? agreed(checkpoint, saved.get().schedule(), configured, config.schedule())
            : configured;
    TrainState state = saved.get().withSchedule(schedule);
    return config.checkpoint().loadRandomState() ? state : state.withRandomState(Optional.empty());
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
    compare(differences, "lr", a.peak(), b.peak());
    compare(differences, "min_lr", a.minRate(), b.minRate());
    compare(differences, "warm-up steps", a.warmupSteps(), b.warmupSteps());
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
