package neox.train.checkpoint;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import neox.base.Console;
import neox.base.Tool;
import neox.config.CheckpointConfig;

/// Deletes old checkpoints: after a save, and after one has been pushed that had to wait for that.
/// Thread-safe.
public final class Retention {
  private final CheckpointStore store;
  private final Optional<Integer> keepLast;
  private final Set<Long> kept;
  private final Console console;

  public Retention(CheckpointStore store, CheckpointConfig config, Console console) {
    this.store = store;
    this.keepLast = config.keepLast();
    this.kept = Set.copyOf(config.extraIters());
    this.console = console;
  }

  /// Deletes what is old enough.
  ///
  /// @param waiting the steps whose checkpoints are needed
  public synchronized void run(Set<Long> waiting) {
    if (keepLast.isEmpty()) {
      return;
    }
    try {
      store.retain(keepLast.get(), kept, waiting);
    } catch (IOException e) {
      console.warn("an old checkpoint could not be deleted: %s", Tool.describe(e));
    }
  }
}
