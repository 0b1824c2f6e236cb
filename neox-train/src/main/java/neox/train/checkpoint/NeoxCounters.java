package neox.train.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import neox.base.UserException;

/// How much a run of GPT-NeoX has read, from what it stores.
public final class NeoxCounters {

  /// Training samples read in `iteration` steps.
  ///
  /// DeepSpeed counts the samples of all steps, those before a fine-tuning included, and GPT-NeoX
  /// the steps since; where the two differ, every step counts with the mean.
  ///
  /// @param state of the checkpoint, without its weights
  /// @param batch samples of a step, for checkpoints that do not say
  public static long samples(
      Map<String, Object> state, long iteration, int batch, Path checkpoint) {
    if (state.get("global_steps") instanceof Long steps
        && state.get("global_samples") instanceof Long samples
        && steps > 0
        && samples >= steps) {
      if (steps == iteration) {
        return samples;
      }
      return product(iteration, samples % steps == 0 ? samples / steps : batch, checkpoint);
    }
    return product(iteration, batch, checkpoint);
  }

  /// Steps that changed no weight, for which the learning rate did not move.
  ///
  /// @param state of the checkpoint, without its weights
  public static long skipped(Map<String, Object> state, long iteration) {
    return state.get("skipped_steps") instanceof Long steps && steps >= 0 && steps <= iteration
        ? steps
        : 0;
  }

  /// [UserException] when the numbers of a checkpoint are more than can be counted.
  static long product(long a, long b, Path checkpoint) {
    if (a < 0 || b < 0 || Math.multiplyHigh(a, b) != 0 || a * b < 0) {
      throw UserException.of(
          "%s: %d x %d samples or tokens are more than can be counted: the checkpoint is damaged,"
              + " load another one (iteration)",
          checkpoint, a, b);
    }
    return a * b;
  }

  private NeoxCounters() {}
}
