package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import neox.base.Addresses;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// When checkpoints are written, where, and what is loaded at the start.
///
/// @param save directory of `global_step*` (`save`)
/// @param load directory to continue from (`load`)
/// @param initFrom model whose weights a run begins with that has nothing to continue (`init_from`)
/// @param scale a save at every `factor` steps (linear) or at each power of `factor` (log)
/// @param extraIters further steps to save at, 0 allowed (`extra_save_iters`)
/// @param keepLast how many to keep; listed `extraIters` are never deleted
///   (`keep_last_n_checkpoints`)
/// @param finetune weights only, starting at step 0 (`finetune`)
/// @param async checkpoints are written while the run goes on (`async_save`)
/// @param iteration the step to load instead of the latest (`iteration`)
/// @param remote where finished checkpoints are pushed to
public record CheckpointConfig(
    Optional<Path> save,
    Optional<Path> load,
    Optional<Path> initFrom,
    Scale scale,
    Optional<Double> factor,
    List<Long> extraIters,
    Optional<Integer> keepLast,
    boolean finetune,
    boolean loadOptimizer,
    boolean loadRandomState,
    boolean saveRandomState,
    boolean async,
    Optional<Long> iteration,
    Optional<RemoteSave> remote) {

  /// So many multiplications take no time.
  private static final double MOST_POWERS = 100_000;

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
    return isPower(iteration, f);
  }

  /// Whether a whole number is a power of `f`, rounded down; as GPT-NeoX, which multiplies.
  private static boolean isPower(long number, double f) {
    if ((double) number * (f - 1) < 0.5) {
      return true; // the powers are so close that none is left out
    }
    double exponent = Math.log((double) number) / Math.log(f);
    if (exponent > MOST_POWERS) {
      long near = Math.round(exponent);
      return LongStream.rangeClosed(near - 1, near + 1)
          .anyMatch(n -> (long) Math.pow(f, (double) n) == number);
    }
    for (double power = 1; (long) power <= number; power *= f) {
      if ((long) power == number) {
        return true;
      }
    }
    return false;
  }

  static CheckpointConfig from(ConfigTable t) {
    t.section("Checkpoints");
    Optional<Path> save = t.path("save", "directory to write checkpoints to");
    CheckpointConfig config =
        new CheckpointConfig(
            save,
            t.path("load", "directory to continue from, or the address of one (s3://, https://)"),
            t.path(
                INIT_FROM,
                "checkpoint or Hugging Face directory whose weights a new run begins with, at step"
                    + " 0; passed over where load, which must be save, has something to continue"),
            t.choice("checkpoint_scale", Scale.LINEAR, "save at multiples or at powers"),
            t.optional(
                "checkpoint_factor",
                ConfigType.real(Range.POSITIVE),
                "steps between saves (linear), or the base of the powers (log)"),
            t.list(
                "extra_save_iters",
                ConfigType.count(Range.atLeast(0)),
                "further steps to save at; 0: before training"),
            t.optional(
                "keep_last_n_checkpoints",
                ConfigType.integer(Range.atLeast(1)),
                "delete older ones; those of extra_save_iters stay"),
            t.flag("finetune", false, "load weights only and start at step 0"),
            !t.flag(
                "no_load_optim",
                false,
                "do not load optimizer and schedule: fresh moments, and the learning rate begins anew;"
                    + " the step goes on"),
            !t.flag("no_load_rng", false, "do not load the random state"),
            !t.flag("no_save_rng", false, "do not save the random state"),
            t.flag(
                "async_save",
                false,
                "write checkpoints while the run goes on; takes memory for a copy of weights and"
                    + " optimizer state"),
            t.optional(
                "iteration",
                ConfigType.count(Range.atLeast(0)),
                "step to load; the latest when not given"),
            RemoteSave.from(t, save));
    config.checkRules(t);
    return config;
  }

  private static final String INIT_FROM = "init_from";

  /// Whether the run continues from where it saves to.
  public boolean loadsOwn() {
    return save.isPresent() && load.isPresent() && isSame(save.get(), load.get());
  }

  private static boolean isSame(Path a, Path b) {
    return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
  }

  private void checkInitFrom(ConfigTable t) {
    t.check(
        initFrom.isEmpty() || !finetune,
        List.of(INIT_FROM, "finetune"),
        "contradicts finetune, which takes the weights of load; give one of the two");
    t.check(
        initFrom.isEmpty() || load.isEmpty() || loadsOwn(),
        List.of(INIT_FROM, "load"),
        "contradicts load, which names another run to continue; leave load out, or set it to what"
            + " save is, so that this run continues itself");
  }

  private void checkRules(ConfigTable t) {
    checkInitFrom(t);
    t.check(
        save.filter(Addresses::isAddress).isEmpty(),
        List.of("save"),
        "expected a directory of this machine; remote_save_folder has checkpoints pushed further");
    t.check(
        save.isEmpty() || factor.isPresent() || !extraIters.isEmpty(),
        List.of("save", "checkpoint_factor", "extra_save_iters"),
        "says where but not when; add checkpoint_factor (steps between saves) or extra_save_iters");
    double f = factor.orElse(2.0);
    t.check(
        scale == Scale.LOG || f == Math.rint(f),
        List.of("checkpoint_factor", "checkpoint_scale"),
        "expected a whole number with checkpoint_scale linear, found %s",
        f);
    t.check(
        scale == Scale.LINEAR || f > 1,
        List.of("checkpoint_factor", "checkpoint_scale"),
        "expected a number greater than 1 with checkpoint_scale log, found %s",
        f);
  }
}
