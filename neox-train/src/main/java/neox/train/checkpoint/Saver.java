package neox.train.checkpoint;

import java.io.IOException;

/// Saves a run. All ranks call each method together.
public interface Saver {
  /// Saves after `step` if the configuration asks for it. A disk that fails is told, and the run
  /// goes on; when it fails the next time, too, [IOException].
  ///
  /// @return whether a save was due
  boolean saveIfDue(long step) throws IOException;

  /// Saves after `step`, unless that has just been done or the run keeps no checkpoints.
  ///
  /// @return whether it had to
  boolean save(long step) throws IOException;

  /// Whether a checkpoint of `step`, the last one, exists.
  boolean isSaved(long step);

  /// The checkpoint to fall back on, as a part of an error message.
  String lastGood() throws IOException;
}
