package neox.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import neox.base.Console;
import neox.base.UserException;
import neox.monitor.MetricSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OtlpMetricsTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private MetricSink start(String endpoint, Map<String, String> more) {
    PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(InputStream.nullInputStream(), out, out, false, false);
    Map<String, String> settings = new HashMap<>(more);
    settings.put("otel.exporter.otlp.endpoint", endpoint);
    return OtlpMetrics.start("neox-train", settings, console);
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void sendsTheNewestValuesAtTheEnd() throws Exception {
    try (Collector collector = new Collector()) {
      try (MetricSink sink =
          start(collector.address(), Map.of("otel.exporter.otlp.headers", "x-run=seven"))) {
        sink.scalar("train/lm_loss", 4.5, 1);
        sink.scalar("train/lm_loss", 3.25, 2);
        sink.scalar("timers/batch generator", 0.125, 2);
        sink.flush();
      }
      Collector.Export export = collector.exports().poll(1, TimeUnit.SECONDS);
      assertThat(collector.complaints()).isEmpty();
      assertThat(export.gauges())
          .isEqualTo(
              Map.of(
                  "neox.train.lm_loss", 3.25,
                  "neox.timers.batch_generator", 0.125,
                  "neox.step", 2.0));
      assertThat(export.resource()).containsEntry("service.name", "neox-train");
      assertThat(export.header()).isEqualTo("seven");
      assertThat(said()).isEmpty();
    }
  }

  @Test
  void sendsByTheClockMeanwhile() throws Exception {
    try (Collector collector = new Collector();
        MetricSink sink = start(collector.address(), Map.of("otel.metric.export.interval", "50"))) {
      sink.scalar("train/lm_loss", 4.5, 1);
      assertThat(collector.exports().poll(5, TimeUnit.SECONDS).gauges())
          .containsEntry("neox.train.lm_loss", 4.5);
    }
  }

  @Test
  void tellsOnceOfACollectorThatRefuses() throws Exception {
    try (Collector collector = new Collector()) {
      collector.answerFromNowOn(400);
      try (MetricSink sink =
          start(collector.address(), Map.of("otel.metric.export.interval", "20"))) {
        sink.scalar("train/lm_loss", 4.5, 1);
        collector.exports().poll(5, TimeUnit.SECONDS);
        collector.exports().poll(5, TimeUnit.SECONDS);
      }
    }
    assertThat(said().lines())
        .singleElement()
        .asString()
        .startsWith("warning: the collector of OpenTelemetry metrics does not take them")
        .endsWith("the run goes on, and so do the attempts");
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES) // to wait for each flush would take 3,000 s
  void aSilentCollectorHoldsNothingUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String endpoint = "http://127.0.0.1:" + silent.getLocalPort();
      MetricSink sink =
          start(
              endpoint,
              Map.of("otel.metric.export.interval", "10", "otel.exporter.otlp.timeout", "300"));
      for (int step = 1; step <= 10_000; step++) {
        sink.scalar("train/lm_loss", 1, step);
        sink.flush();
      }
      sink.close();
    }
  }

  @Test
  void refusesAnEndpointThatIsNone() {
    assertThatThrownBy(() -> start("not an address", Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metrics for OpenTelemetry: ")
        .hasMessageContaining("unset OTEL_EXPORTER_OTLP_ENDPOINT");
  }
}
