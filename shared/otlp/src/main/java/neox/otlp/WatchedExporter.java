package neox.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import neox.base.Console;

/// An exporter whose first failure is told.
record WatchedExporter(MetricExporter exporter, Console console, AtomicBoolean told)
    implements MetricExporter {
  WatchedExporter(MetricExporter exporter, Console console) {
    this(exporter, console, new AtomicBoolean());
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    CompletableResultCode result = exporter.export(metrics);
    return result.whenComplete(() -> {
      if (!result.isSuccess() && told.compareAndSet(false, true)) {
        console.warn(
            "the collector of OpenTelemetry metrics does not take them%s; the run goes on, and"
                + " so do the attempts",
            reason(result));
      }
    });
  }

  private static String reason(CompletableResultCode result) {
    Throwable failure = result.getFailureThrowable();
    return failure == null || failure.getMessage() == null ? "" : ": " + failure.getMessage();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return exporter.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return exporter.getDefaultAggregation(type);
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
