package neox.train.push;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import neox.base.Bytes;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.Progress;
import neox.base.progress.ProgressUnit;
import neox.config.CheckpointConfig;
import neox.config.RemoteSave;
import neox.remote.StoreOpener.Settings;
import neox.remote.push.PushTarget;
import neox.remote.push.PushTargets;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.Checkpointer;
import neox.train.checkpoint.Pushes;
import neox.train.checkpoint.Retention;
import neox.train.loop.Agreement;

/// What becomes of a run's checkpoints once they are written: they are pushed where the
/// configuration says so, and old ones are deleted. At its end the run waits for the last ones, for
/// a while only when it was asked to stop.
///
/// Every rank has one; that of the first rank works.
public final class Pushing implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long TURN_MILLIS = 200;

  private final Optional<CheckpointPusher> pusher;
  private final Optional<Retention> retention;
  private final Optional<RemoteSave> config;
  private final Console console;

  private Pushing(
      Optional<CheckpointPusher> pusher,
      Optional<Retention> retention,
      Optional<RemoteSave> config,
      Console console) {
    this.pusher = pusher;
    this.retention = retention;
    this.config = config;
    this.console = console;
  }

  /// Of the rank that works; begins with what an earlier run has left. [neox.base.UserException]
  /// when the target does not let us in.
  public static Pushing start(CheckpointConfig config, Console console) throws IOException {
    if (config.save().isEmpty()) {
      return ofAnotherRank(config, console);
    }
    CheckpointStore store = new CheckpointStore(config.save().get());
    Retention retention = new Retention(store, config, console);
    Optional<CheckpointPusher> pusher = Optional.empty();
    if (config.remote().isPresent()) {
      PushTarget target = target(config.remote().get(), config.save().get(), console);
      pusher =
          Optional.of(
              CheckpointPusher.start(
                  new CheckpointPusher.Parts(target, store, retention, console, PATIENCE)));
    }
    return new Pushing(pusher, Optional.of(retention), config.remote(), console);
  }

  private static PushTarget target(RemoteSave remote, Path save, Console console)
      throws IOException {
    return PushTargets.open(
        remote.folder(save),
        new Settings(Environment.all(), remote.chunkBytes()),
        line -> console.warn("%s", line));
  }

  /// Of a rank that only waits with the others.
  public static Pushing ofAnotherRank(CheckpointConfig config, Console console) {
    return new Pushing(Optional.empty(), Optional.empty(), config.remote(), console);
  }

  /// What is done after a save.
  public Checkpointer.After after() {
    Pushes pushes = pusher.isPresent() ? pusher.get() : Pushes.none();
    return new Checkpointer.After(pushes, retention);
  }

  /// Asks all ranks at once.
  @FunctionalInterface
  public interface AnyRank {
    boolean says(boolean mine);
  }

  /// Waits, and says what has arrived and what has not. All ranks call it together.
  ///
  /// @param code the run's exit code
  /// @param turn is run again and again meanwhile
  public void await(int code, AnyRank any, Agreement stop, Runnable turn) {
    if (config.isEmpty()) {
      return;
    }
    pusher.ifPresent(CheckpointPusher::end);
    boolean stopped = code != ExitCode.OK;
    long stoppedAtNanos = System.nanoTime();
    try (Progress progress = new Progress(console, "pushing", 0, ProgressUnit.BYTES)) {
      while (any.says(wants(stopped, stoppedAtNanos))) {
        turn.run();
        pusher.ifPresent(
            p -> progress.update(p.sentBytes(), "of " + Bytes.text((double) p.totalBytes())));
        if (!stopped && stop.ask()) {
          stopped = true;
          stoppedAtNanos = System.nanoTime();
        }
        Thread.sleep(TURN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String rest = stopped ? CheckpointPusher.LATER : "run the same command again to push them";
    pusher.ifPresent(p -> p.report(rest));
  }

  private boolean wants(boolean stopped, long stoppedAtNanos) {
    Duration patience = Duration.ofSeconds(config.map(RemoteSave::stopSeconds).orElse(0));
    boolean late = stopped && System.nanoTime() - stoppedAtNanos >= patience.toNanos();
    return !late && pusher.map(CheckpointPusher::isBusy).orElse(false);
  }

  @Override
  public void close() {
    pusher.ifPresent(CheckpointPusher::close);
  }
}
