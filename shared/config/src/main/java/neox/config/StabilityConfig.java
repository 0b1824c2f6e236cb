package neox.config;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Which optimizer steps are left out so that the run survives them.
///
/// @param skipsNotFinite steps whose loss or gradient is not finite (`skip_nonfinite_steps`)
/// @param mostInARow so many skipped steps in a row end the run (`max_consecutive_skips`)
/// @param spikeFactor standard deviations above the mean that make a spike, 0 for no search
///   (`skip_step_sigma_factor`)
/// @param spikeWindow steps that the mean is over (`skip_step_rolling_interval_length`)
public record StabilityConfig(
    boolean skipsNotFinite, int mostInARow, double spikeFactor, int spikeWindow) {

  static StabilityConfig from(ConfigTable t) {
    t.section("Stability");
    return new StabilityConfig(
        t.flag(
            "skip_nonfinite_steps",
            false,
            "go on after a step whose loss or gradient is not finite, without its gradients; fp16"
                + " always does"),
        t.integer(
            "max_consecutive_skips",
            50,
            Range.atLeast(1),
            "the run ends when so many steps in a row are skipped"),
        t.real(
            "skip_step_sigma_factor",
            0.0,
            Range.atLeast(0),
            "skip steps whose loss or gradient norm is so many standard deviations above the mean;"
                + " 0: none (OLMo uses 6)"),
        t.integer(
            "skip_step_rolling_interval_length",
            128,
            Range.atLeast(4),
            "steps that mean and standard deviation are taken over"));
  }
}
