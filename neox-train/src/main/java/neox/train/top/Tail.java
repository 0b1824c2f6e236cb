package neox.train.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;

/// The newest numbers of a `metrics.jsonl`, of whose end alone it reads something, however long the
/// run.
///
/// @param newest the last value of each name
/// @param step the last that was recorded, 0 where there is none
record Tail(Map<String, Point> newest, long step) {
  static final Tail EMPTY = new Tail(Map.of(), 0);

  private static final int BYTES = 1 << 18;

  /// A number, and the step that it is of.
  record Point(double value, long step) {}

  static Tail of(Path metrics) throws IOException {
    try (SeekableByteChannel channel = NamedFiles.open(metrics, StandardOpenOption.READ)) {
      long from = Math.max(0, channel.size() - BYTES);
      ByteBuffer bytes = ByteBuffer.allocate(BYTES);
      channel.position(from);
      while (bytes.hasRemaining() && channel.read(bytes) > 0) {}
      String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
      return of(from == 0 ? text : text.substring(text.indexOf('\n') + 1));
    }
  }

  private static Tail of(String lines) {
    Map<String, Point> newest = new HashMap<>();
    long step = 0;
    for (String line : lines.lines().toList()) {
      JsonNode row = row(line);
      if (row.has("step")) {
        long at = row.path("step").asLong();
        row.properties()
            .forEach(field -> {
              double value = Json.number(field.getValue()).orElse(Double.NaN);
              newest.put(field.getKey(), new Point(value, at));
            });
        step = at;
      }
    }
    return new Tail(newest, step);
  }

  /// A line; one without a step where it is being written.
  private static JsonNode row(String line) {
    try {
      return line.isBlank() ? Json.mapper().createObjectNode() : Json.parse(line, "metrics");
    } catch (UserException torn) {
      return Json.mapper().createObjectNode();
    }
  }

  /// NaN where nothing has that name.
  double number(String name) {
    return newest.getOrDefault(name, new Point(Double.NaN, 0)).value();
  }

  /// The last step of the run, by the time left when that was last told; 0 where it was not.
  long lastStep() {
    double steps = number("runtime/eta") / number("runtime/iteration_time");
    return Double.isFinite(steps)
        ? newest.getOrDefault("runtime/eta", new Point(0, 0)).step() + Math.round(steps)
        : 0;
  }
}
