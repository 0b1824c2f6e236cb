package neox.otlp;

import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import neox.base.Console;
import neox.base.UserException;
import neox.monitor.MetricSink;

/// A run's numbers as gauges for a collector of OpenTelemetry, over HTTP (OTLP, `http/protobuf`).
/// The SDK is configured by its own variables, `OTEL_EXPORTER_OTLP_ENDPOINT` first of all.
///
/// Recording keeps the newest value of each name in memory; a thread of the SDK sends all of them
/// every `OTEL_METRIC_EXPORT_INTERVAL` (a minute unless it is set) and at the end. A collector that
/// is dead or slow costs the run nothing: what it misses it gets with the next values, and one
/// warning says so.
public final class OtlpMetrics implements MetricSink {
  /// Any of these asks for it.
  public static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  public static final String METRICS_ENDPOINT = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

  private static final String STEP = "step";

  /// How long the end of a run waits for the last values to arrive.
  private static final long LAST_SECONDS = 5;

  /// The SDK's own words about failures; ours are in the console.
  private static final Logger SDK = Logger.getLogger("io.opentelemetry");

  private final OpenTelemetrySdk sdk;
  private final Meter meter;
  private final Map<String, DoubleGauge> gauges = new HashMap<>();
  private long newest = Long.MIN_VALUE;

  private OtlpMetrics(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
    this.meter = sdk.getMeter("neox");
  }

  /// Configures the SDK from the environment and starts it; [UserException] where the environment
  /// asks for what does not exist.
  ///
  /// @param service what the process is called unless `OTEL_SERVICE_NAME` says otherwise
  public static OtlpMetrics start(String service, Console console) {
    return start(service, Map.of(), console);
  }

  /// @param settings in the place of variables that are not set
  static OtlpMetrics start(String service, Map<String, String> settings, Console console) {
    SDK.setLevel(Level.OFF);
    try {
      OpenTelemetrySdk sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> defaults(service))
              .addPropertiesSupplier(() -> settings)
              .addMetricExporterCustomizer((exporter, _) -> new WatchedExporter(exporter, console))
              .build()
              .getOpenTelemetrySdk();
      return new OtlpMetrics(sdk);
    } catch (ConfigurationException | IllegalArgumentException | IllegalStateException e) {
      throw UserException.of(
          "metrics for OpenTelemetry: %s; expected variables OTEL_… of the SDK, with the protocol"
              + " http/protobuf (unset %s and %s to go without)",
          Objects.requireNonNullElse(e.getMessage(), e.toString()), ENDPOINT, METRICS_ENDPOINT);
    }
  }

  /// Metrics alone, over HTTP.
  private static Map<String, String> defaults(String service) {
    return Map.of(
        "otel.service.name", service,
        "otel.metrics.exporter", "otlp",
        "otel.traces.exporter", "none",
        "otel.logs.exporter", "none",
        "otel.exporter.otlp.protocol", "http/protobuf");
  }

  /// The number, and the step that it is of.
  @Override
  public void scalar(String name, double value, long step) {
    gauge(name).set(value);
    if (step > newest) {
      newest = step;
      gauge(STEP).set((double) step);
    }
  }

  /// Names of instruments hold no spaces, and begin with a letter.
  private DoubleGauge gauge(String name) {
    return gauges.computeIfAbsent(name, _ -> meter.gaugeBuilder(instrument(name)).build());
  }

  static String instrument(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9_./-]", "_");
    return "neox." + plain.replace('/', '.');
  }

  /// Collectors of metrics take no texts.
  @Override
  public void text(String name, String value) {}

  /// The SDK sends by the clock.
  @Override
  public void flush() {}

  /// Sends the last values, and waits for that a few seconds at most.
  @Override
  public void close() {
    sdk.shutdown().join(LAST_SECONDS, TimeUnit.SECONDS);
  }
}
