package neox.monitor;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Where a run's numbers go. Names are NeoX's, such as `train/lm_loss`; the x-axis is the step.
///
/// Recording never touches a file: values wait in memory until [#flush], which the training loop
/// calls once per step. Not thread-safe.
public interface MetricSink extends AutoCloseable {
  /// Records one number at a step.
  void scalar(String name, double value, long step);

  /// Records one text that belongs to the whole run, such as its configuration.
  void text(String name, String value);

  /// Records how many numbers are distributed at a step. Sinks of single numbers leave it out.
  default void histogram(String name, Histogram histogram, long step) {}

  /// Records what the run was told, once and before its first number. Sinks that compare no runs
  /// leave it out.
  ///
  /// @param settings by dotted key: strings, booleans and numbers
  /// @param results names of the numbers by which runs are compared, each under its last value
  default void settings(Map<String, Object> settings, List<String> results) {}

  /// Writes what was recorded, so that a run killed after this call keeps it.
  void flush() throws IOException;

  /// Flushes and releases the file.
  @Override
  void close() throws IOException;
}
