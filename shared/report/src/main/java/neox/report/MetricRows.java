package neox.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import neox.base.json.Json;

/// What a `metrics.jsonl` holds from some place on.
///
/// @param series by name
/// @param texts by name, the newest of each
/// @param end the place after what was read
record MetricRows(Map<String, Series> series, Map<String, String> texts, long end) {
  private static final String STEP = "step";

  static MetricRows read(Path file, long from) throws IOException {
    Map<String, Series.Builder> numbers = new TreeMap<>();
    Map<String, String> texts = new TreeMap<>();
    long end =
        WholeLines.read(
            file,
            from,
            row -> {
              if (row.path(STEP).isIntegralNumber()) {
                addNumbers(numbers, row);
              } else if (row.path("name").isTextual() && row.path("text").isTextual()) {
                texts.put(row.path("name").textValue(), row.path("text").textValue());
              }
            });
    Map<String, Series> series = new TreeMap<>();
    numbers.forEach((name, builder) -> series.put(name, builder.build()));
    return new MetricRows(series, texts, end);
  }

  private static void addNumbers(Map<String, Series.Builder> numbers, ObjectNode row) {
    long step = row.path(STEP).longValue();
    row.properties()
        .forEach(field -> {
          OptionalDouble value = Json.number(field.getValue());
          if (value.isPresent() && !field.getKey().equals(STEP)) {
            numbers
                .computeIfAbsent(field.getKey(), _ -> new Series.Builder())
                .add(step, value.getAsDouble());
          }
        });
  }
}
