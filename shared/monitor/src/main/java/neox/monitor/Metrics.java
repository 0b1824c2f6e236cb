package neox.monitor;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several sinks that behave as one.
public final class Metrics implements MetricSink {
  private final List<MetricSink> sinks;

  private Metrics(List<MetricSink> sinks) {
    this.sinks = sinks;
  }

  /// One sink that passes everything on to `sinks`, in order; it owns and closes them.
  public static MetricSink of(List<MetricSink> sinks) {
    return new Metrics(List.copyOf(sinks));
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
  public void flush() throws IOException {
    for (MetricSink sink : sinks) {
      sink.flush();
    }
  }

  /// Closes every sink, also when closing one of them fails; the first failure is thrown.
  @Override
  public void close() throws IOException {
    @Nullable IOException first = null;
    for (MetricSink sink : sinks) {
      try {
        sink.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
