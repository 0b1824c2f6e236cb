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
/// @param logGradNorm the norm of each parameter's gradient too (`log_grad_norm`)
/// @param noiseScale how the gradient noise scale is measured (`log_gradient_noise_scale`)
/// @param profile which steps are profiled (`profile`)
public record MonitorConfig(
    long logInterval,
    Optional<Path> tensorboardDir,
    Optional<Path> logDir,
    Optional<Double> peakTflops,
    Optional<Long> exitInterval,
    boolean logGradNorm,
    Optional<NoiseScale> noiseScale,
    Optional<ProfiledSteps> profile) {

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
        t.flag("log_grad_norm", false, "log the norm of each parameter's gradient"),
        noiseScale(t),
        profile(t));
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
