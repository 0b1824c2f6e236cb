package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// When checkpoints are written, where, and what is loaded at the start.
///
/// @param save directory of `global_step*` (`save`)
/// @param load directory to continue from (`load`)
/// @param scale a save at every `factor` steps (linear) or at each power of `factor` (log)
/// @param extraIters further steps to save at, 0 allowed (`extra_save_iters`)
/// @param keepLast how many to keep; listed `extraIters` are never deleted
///   (`keep_last_n_checkpoints`)
/// @param finetune weights only, starting at step 0 (`finetune`)
/// @param iteration the step to load instead of the latest (`iteration`)
public record CheckpointConfig(
    Optional<Path> save,
    Optional<Path> load,
    Scale scale,
    Optional<Double> factor,
    List<Long> extraIters,
    Optional<Integer> keepLast,
    boolean finetune,
    boolean loadOptimizer,
    boolean loadRandomState,
    boolean saveRandomState,
    Optional<Long> iteration) {

  /// `checkpoint_scale`.
  public enum Scale {
    LINEAR,
    LOG
  }

  /// Whether a checkpoint is due after step `iteration` (≥ 1; 0 means before training).
  public boolean isDue(long iteration) {
    if (extraIters.contains(iteration)) {
      return true;
    }
    if (iteration == 0 || factor.isEmpty()) {
      return false;
    }
    double f = factor.get();
    if (scale == Scale.LINEAR) {
      return iteration % (long) f == 0;
    }
    for (double power = 1; (long) power <= iteration; power *= f) {
      if ((long) power == iteration) {
        return true;
      }
    }
    return false;
  }
}
