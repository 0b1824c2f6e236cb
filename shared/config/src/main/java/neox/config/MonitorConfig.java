package neox.config;

import java.nio.file.Path;
import java.util.Optional;

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
    boolean logGradNorm) {}
