package neox.train.checkpoint;

import java.util.Set;

/// Who takes finished checkpoints further, while the run goes on. Thread-safe.
public interface Pushes {
  /// A checkpoint has been finished.
  void saved(long step);

  /// The steps whose checkpoints are still needed here.
  Set<Long> waiting();

  /// Nobody.
  static Pushes none() {
    return new Pushes() {
      @Override
      public void saved(long step) {
        // It stays where it is.
      }

      @Override
      public Set<Long> waiting() {
        return Set.of();
      }
    };
  }
}
