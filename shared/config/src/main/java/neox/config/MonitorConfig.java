package neox.config;

import java.nio.file.Path;
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
public record MonitorConfig(
    long logInterval,
    Optional<Path> tensorboardDir,
    Optional<Path> logDir,
    Optional<Double> peakTflops,
    Optional<Long> exitInterval,
    boolean logGradNorm) {

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
        t.flag("log_grad_norm", false, "log the norm of each parameter's gradient"));
  }
}
