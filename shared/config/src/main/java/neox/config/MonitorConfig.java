package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// What is logged, how often, where.
///
/// @param logInterval steps between log lines (`log_interval`)
/// @param tensorboardDir event files (`tensorboard_dir`)
/// @param logDir a copy of the log and `metrics.jsonl` (`log_dir`)
/// @param peakTflops of one device; enables the MFU and HFU fields (`peak_theoretical_tflops`)
/// @param exitInterval save and stop when the step is a multiple of this (`exit_interval`)
/// @param each what is recorded of each parameter
/// @param breakdown whether the log says what the parts of a step take (`wall_clock_breakdown`)
/// @param noiseScale how the gradient noise scale is measured (`log_gradient_noise_scale`)
/// @param profile which steps are profiled (`profile`)
public record MonitorConfig(
    long logInterval,
    Optional<Path> tensorboardDir,
    Optional<Path> logDir,
    Optional<Double> peakTflops,
    Optional<Long> exitInterval,
    EachParameter each,
    boolean breakdown,
    Optional<NoiseScale> noiseScale,
    Optional<ProfiledSteps> profile) {

  /// What is recorded of each parameter that is trained.
  ///
  /// @param gradNorms the norm of its gradient, at every step (`log_grad_norm`)
  /// @param gradZeros how much of its gradient is zero (`log_grad_pct_zeros`)
  /// @param norms its own norm (`log_param_norm`)
  /// @param states the norms of what the optimizer remembers of it (`log_optimizer_states`)
  /// @param histogramInterval steps between histograms of it and of its gradient
  ///   (`histogram_interval`)
  public record EachParameter(
      boolean gradNorms,
      boolean gradZeros,
      boolean norms,
      boolean states,
      Optional<Long> histogramInterval) {
    /// Nothing.
    public static final EachParameter NOTHING =
        new EachParameter(false, false, false, false, Optional.empty());

    /// Whether there are histograms of a step.
    public boolean histogramsAt(long step) {
      return histogramInterval.map(interval -> step % interval == 0).orElse(false);
    }
  }

  /// How the gradient noise scale is measured (arXiv:1812.06162 app. A).
  ///
  /// @param batches steps whose mean gradient is that of a large batch
  ///   (`gradient_noise_scale_n_batches`)
  /// @param inMainMemory where their sum is kept (`gradient_noise_scale_cpu_offload`)
  public record NoiseScale(int batches, boolean inMainMemory) {}

  /// Steps that are profiled, counted from the first that a process takes: one that continues a run
  /// has to warm up again.
  ///
  /// @param first of them (`profile_step_start`)
  /// @param last of them (`profile_step_stop`)
  public record ProfiledSteps(long first, long last) {}

  static MonitorConfig from(ConfigTable t) {
    t.section("Logging");
    return new MonitorConfig(
        t.count("log_interval", 100, Range.atLeast(1), "steps between log lines"),
        t.path("tensorboard_dir", "directory of TensorBoard event files"),
        t.path("log_dir", "directory of the log and of metrics.jsonl"),
        t.optional(
            "peak_theoretical_tflops",
            ConfigType.real(Range.POSITIVE),
            "of one device; adds MFU and HFU to the log"),
        t.optional(
            "exit_interval",
            ConfigType.count(Range.atLeast(1)),
            "save and stop at multiples of this step"),
        each(t),
        t.flag(
            "wall_clock_breakdown",
            false,
            "log what the parts of a step take, at each log_interval; metrics always have them"),
        noiseScale(t),
        profile(t));
  }

  private static EachParameter each(ConfigTable t) {
    return new EachParameter(
        t.flag("log_grad_norm", false, "log the norm of each parameter's gradient"),
        t.flag("log_grad_pct_zeros", false, "log how many percent of each gradient are zero"),
        t.flag("log_param_norm", false, "log the norm of each parameter that is trained"),
        t.flag(
            "log_optimizer_states",
            false,
            "log the norm of what the optimizer remembers of each parameter"),
        t.optional(
            "histogram_interval",
            ConfigType.count(Range.atLeast(1)),
            "steps between histograms of all parameters and gradients for TensorBoard"));
  }

  private static Optional<ProfiledSteps> profile(ConfigTable t) {
    boolean profiled =
        t.flag(
            "profile",
            false,
            "time the parts and operators of some steps: a table, and a trace for Chrome in log_dir");
    ProfiledSteps steps =
        new ProfiledSteps(
            t.count(
                "profile_step_start",
                10,
                Range.atLeast(1),
                "the first step to profile, counted from this start of the run"),
            t.count("profile_step_stop", 12, Range.atLeast(1), "the last step to profile"));
    t.check(
        !profiled || steps.first() <= steps.last(),
        List.of("profile_step_stop", "profile_step_start"),
        "expected profile_step_start or more, %d, found %d",
        steps.first(),
        steps.last());
    return profiled ? Optional.of(steps) : Optional.empty();
  }

  private static Optional<NoiseScale> noiseScale(ConfigTable t) {
    boolean measured =
        t.flag(
            "log_gradient_noise_scale",
            false,
            "measure the gradient noise scale, near which larger batches stop to pay; takes memory"
                + " for one more gradient (GPT-NeoX crashes)");
    NoiseScale noiseScale =
        new NoiseScale(
            t.integer(
                "gradient_noise_scale_n_batches",
                5,
                Range.atLeast(2),
                "steps whose mean gradient is compared with the last one's"),
            t.flag("gradient_noise_scale_cpu_offload", false, "keep their sum in main memory"));
    return measured ? Optional.of(noiseScale) : Optional.empty();
  }
}
