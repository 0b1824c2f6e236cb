package neox.monitor;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.Console;
import neox.base.Tool;

/// Several sinks that behave as one, and never stop a run: what one of them cannot write is told in
/// one warning, and tried again with the next flush.
public final class Metrics implements MetricSink {
  private final List<MetricSink> sinks;
  private final Console console;
  private final Set<MetricSink> failed = new HashSet<>();

  private Metrics(List<MetricSink> sinks, Console console) {
    this.sinks = sinks;
    this.console = console;
  }

  /// One sink that passes everything on to `sinks`, in order; it owns and closes them.
  public static Metrics of(List<MetricSink> sinks, Console console) {
    return new Metrics(List.copyOf(sinks), console);
  }

  @Override
  public void scalar(String name, double value, long step) {
    for (MetricSink sink : sinks) {
      sink.scalar(name, value, step);
    }
  }

  @Override
  public void text(String name, String value) {
    for (MetricSink sink : sinks) {
      sink.text(name, value);
    }
  }

  @Override
  public void histogram(String name, Histogram histogram, long step) {
    for (MetricSink sink : sinks) {
      sink.histogram(name, histogram, step);
    }
  }

  @Override
  public void settings(Map<String, Object> settings, List<String> results) {
    for (MetricSink sink : sinks) {
      sink.settings(settings, results);
    }
  }

  @Override
  public void flush() {
    for (MetricSink sink : sinks) {
      try {
        sink.flush();
      } catch (IOException e) {
        warn(sink, e);
      }
    }
  }

  @Override
  public void close() {
    for (MetricSink sink : sinks) {
      try {
        sink.close();
      } catch (IOException e) {
        warn(sink, e);
      }
    }
  }

  private void warn(MetricSink sink, IOException e) {
    if (failed.add(sink)) {
      console.warn("%s; the run goes on, its metrics may be incomplete", Tool.describe(e));
    }
  }
}
