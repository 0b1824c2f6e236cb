package neox.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A collector of OTLP over HTTP on the loopback that takes nothing it does not understand: the
/// path, the method, the type, and an `ExportMetricsServiceRequest` of gauges, read field by field
/// (opentelemetry/proto/metrics/v1/metrics.proto).
final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final BlockingQueue<Export> exports = new LinkedBlockingQueue<>();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private volatile int answer = 200;

  /// One request.
  record Export(Map<String, String> resource, Map<String, Double> gauges, String header) {}

  Collector() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::take);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  BlockingQueue<Export> exports() {
    return exports;
  }

  Queue<String> complaints() {
    return complaints;
  }

  void answerFromNowOn(int status) {
    answer = status;
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (!request.equals("POST /v1/metrics") || !"application/x-protobuf".equals(type)) {
      complaints.add(request + " " + type);
    }
    try {
      exports.add(export(body, exchange.getRequestHeaders().getFirst("X-Run")));
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      complaints.add(e.toString());
    }
    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(answer, -1);
    exchange.close();
  }

  private static Export export(byte[] body, String header) throws InvalidProtocolBufferException {
    Map<String, String> attributes = new TreeMap<>();
    Map<String, Double> gauges = new TreeMap<>();
    for (UnknownFieldSet resourceMetrics : messages(UnknownFieldSet.parseFrom(body), 1)) {
      for (UnknownFieldSet resource : messages(resourceMetrics, 1)) {
        for (UnknownFieldSet attribute : messages(resource, 1)) {
          List<UnknownFieldSet> values = messages(attribute, 2);
          if (values.getFirst().hasField(1)) {
            attributes.put(text(attribute, 1), text(values.getFirst(), 1));
          }
        }
      }
      for (UnknownFieldSet scope : messages(resourceMetrics, 2)) {
        for (UnknownFieldSet metric : messages(scope, 2)) {
          UnknownFieldSet point = messages(messages(metric, 5).getFirst(), 1).getLast();
          long bits = point.getField(4).getFixed64List().getFirst(); // as_double
          gauges.put(text(metric, 1), Double.longBitsToDouble(bits));
        }
      }
    }
    return new Export(attributes, gauges, header);
  }

  private static List<UnknownFieldSet> messages(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().stream()
        .map(bytes -> {
          try {
            return UnknownFieldSet.parseFrom(bytes);
          } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
          }
        })
        .toList();
  }

  private static String text(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().getFirst().toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
