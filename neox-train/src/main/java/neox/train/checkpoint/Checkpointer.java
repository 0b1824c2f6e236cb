package neox.train.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import neox.base.Console;
import neox.base.Progress;
import neox.base.Tool;
import neox.base.process.Niceness;
import neox.base.progress.ProgressUnit;
import neox.config.CheckpointConfig;
import neox.model.Network;
import neox.parallel.Ranks;
import neox.tensor.Snapshot;
import neox.tensor.TensorSource;
import neox.train.checkpoint.CheckpointMoment.RandomNumbers;
import neox.train.optimizer.Optimizer;
import neox.train.optimizer.SharedWeights;
import neox.weights.neox.CheckpointContent.Layout;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// Saves the run: when it is due, when it ends, when it is asked to stop. A checkpoint holds
/// everything that a bit-for-bit continuation needs: weights, optimizer, random state, counters,
/// and the configuration it was made with.
///
/// With `async_save` a thread copies weights and optimizer state while the next step computes its
/// gradients, which change neither; the optimizer waits for that, not for the disk. At most one
/// checkpoint is under way; the next save, a stop, the end and a failure wait for it
/// (docs/decisions/0014-asynchronous-saves.md).
public final class Checkpointer implements Saver, AutoCloseable {
  /// What is written so soon that a thread that left the processors to the steps would only be late
  /// with it.
  private static final long LITTLE = 1L << 28;

  private final CheckpointConfig config;
  private final Optional<CheckpointStore> store;
  private final Contents contents;
  private final After after;
  private final Console console;
  private final BackgroundWork background;
  private final @Nullable Snapshot snapshot;
  private long startedStep = -1;
  private long savedStep = -1;
  private boolean lastFailed;

  /// What goes into a checkpoint.
  ///
  /// @param shared the network's weights, where ranks keep parts of them
  /// @param data where the run stands in its data after a step
  /// @param ranks of the run
  /// @param writers the same ranks in groups of their own, for `async_save`
  /// @param layout which files hold the weights
  /// @param configFiles texts for `configs/`, by file name
  public record Contents(
      Network network,
      SharedWeights shared,
      Optimizer optimizer,
      TrainProgress progress,
      LongFunction<DataState> data,
      Ranks ranks,
      Ranks writers,
      Layout layout,
      String tokenizerType,
      Map<String, String> configFiles) {}

  /// What is done after a save, on the first rank.
  ///
  /// @param pushes hears of it
  /// @param retention of old checkpoints
  /// @param told hears of it
  public record After(Pushes pushes, Optional<Retention> retention, LongConsumer told) {
    public After(Pushes pushes, Optional<Retention> retention) {
      this(pushes, retention, _ -> {});
    }

    /// Has somebody else hear of each save.
    public After telling(LongConsumer listener) {
      return new After(pushes, retention, told.andThen(listener));
    }

    void saved(long step) {
      told.accept(step);
      pushes.saved(step);
      retention.ifPresent(old -> old.run(pushes.waiting()));
    }
  }

  /// A checkpointer that is close to its optimizer: close it before that.
  public Checkpointer(CheckpointConfig config, Contents contents, After after, Console console) {
    this.config = config;
    this.after = after;
    this.store = config.save().map(CheckpointStore::new);
    this.contents = contents;
    this.console = console;
    if (config.async()
        && contents.writers().equals(contents.ranks())
        && !contents.ranks().world().isAlone()) {
      throw new IllegalStateException("threads of one rank that write and train need two groups");
    }
    this.snapshot = config.async() && store.isPresent() ? snapshot(contents) : null;
    this.background = new BackgroundWork("checkpoint-writer", niceness(snapshot));
    contents.optimizer().beforeUpdates(background::awaitBeginning);
  }

  private static Niceness niceness(@Nullable Snapshot snapshot) {
    return snapshot == null || snapshot.byteSize() <= LITTLE
        ? Niceness.AS_IT_IS
        : Niceness.GREATEST;
  }

  private static Snapshot snapshot(Contents contents) {
    List<Tensor> tensors = new ArrayList<>(contents.optimizer().savedTensors());
    if (contents.shared().any()) {
      tensors.addAll(contents.shared().kept());
    } else if (contents.ranks().isFirstReplica()) {
      contents.network().parameters().forEach(parameter -> tensors.add(parameter.value()));
    }
    return Snapshot.of(tensors);
  }

  /// One failure is borne: room may be made until the next save. After two in a row all further
  /// work is likely to be lost as well.
  @Override
  public boolean saveIfDue(long step) throws IOException {
    boolean due = config.isDue(step);
    // Several ranks hear of a failure at the same step, whenever each has met it.
    if (due || (background.isDone() && contents.ranks().world().isAlone())) {
      settle();
    }
    if (!due || store.isEmpty()) {
      return false;
    }
    try {
      start(store.get(), step);
    } catch (IOException e) {
      bear(e);
    }
    return true;
  }

  @Override
  public boolean save(long step) throws IOException {
    if (store.isEmpty()) {
      return false;
    }
    settle();
    if (savedStep == step) {
      return false;
    }
    start(store.get(), step);
    background.await();
    savedStep = step;
    lastFailed = false;
    return true;
  }

  @Override
  public boolean isSaved(long step) {
    return savedStep == step;
  }

  /// Waits for the checkpoint that is under way.
  private void settle() throws IOException {
    if (background.isUnderWay()) {
      try {
        background.await();
        savedStep = startedStep;
        lastFailed = false;
      } catch (IOException e) {
        bear(e);
      }
    }
  }

  private void bear(IOException e) throws IOException {
    if (lastFailed) {
      throw e;
    }
    lastFailed = true;
    console.warn("%s; the run goes on and tries again at the next save", Tool.describe(e));
  }

  /// Writes a checkpoint, or begins to.
  private void start(CheckpointStore checkpoints, long step) throws IOException {
    startedStep = step;
    RandomNumbers random = config.saveRandomState() ? RandomNumbers.KEPT : RandomNumbers.LEFT_OUT;
    if (snapshot == null) {
      CheckpointMoment moment =
          CheckpointMoment.now(contents, contents.ranks(), TensorSource.live(), random);
      try (Progress progress = new Progress(console, "saving", 0, ProgressUnit.BYTES)) {
        progress.show(checkpoints.path(step).toString());
        write(checkpoints, step, moment);
      }
      savedStep = step;
      lastFailed = false;
    } else {
      CheckpointMoment moment =
          CheckpointMoment.now(contents, contents.writers(), snapshot, random);
      background.start(
          snapshot.taking(),
          () -> {
            write(checkpoints, step, moment);
            return null;
          });
    }
  }

  private void write(CheckpointStore checkpoints, long step, CheckpointMoment moment)
      throws IOException {
    try {
      checkpoints.write(step, moment.files(), new Together(moment.ranks().world()));
    } catch (IOException e) {
      throw new IOException(
          "%s could not be saved: %s; %s"
              .formatted(checkpoints.path(step), Tool.describe(e), lastGood(checkpoints)),
          e);
    }
    console.info("saved %s", checkpoints.path(step));
    if (moment.ranks().isFirstOfAll()) {
      after.saved(step);
    }
  }

  @Override
  public String lastGood() throws IOException {
    finish();
    return store.isPresent() ? lastGood(store.get()) : lastGood(Optional.empty());
  }

  private static String lastGood(CheckpointStore checkpoints) throws IOException {
    return lastGood(checkpoints.latest().map(step -> checkpoints.path(step).toString()));
  }

  private static String lastGood(Optional<String> latest) {
    return latest
        .map(path -> "the last good checkpoint is " + path)
        .orElse("there is no checkpoint to go back to");
  }

  /// Waits for the checkpoint that is under way, where something else has ended the run already.
  private void finish() {
    try {
      background.await();
    } catch (IOException e) {
      console.warn("%s", Tool.describe(e));
    }
  }

  @Override
  public void close() {
    finish();
    if (snapshot != null) {
      snapshot.close();
    }
  }
}
