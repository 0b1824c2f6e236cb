package neox.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import neox.base.json.Json;

/// What runs have recorded, in files of JSON lines.
final class Records {
  /// Every line of a file.
  static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(Json.parse(line, file.toString()));
    }
    return lines;
  }

  /// The training steps of a `metrics.jsonl` by their number.
  static Map<Long, JsonNode> steps(Path metrics) throws IOException {
    Map<Long, JsonNode> steps = new TreeMap<>();
    for (JsonNode line : lines(metrics)) {
      if (line.has("train/lm_loss")) {
        steps.put(line.get("step").asLong(), line);
      }
    }
    return steps;
  }

  /// One number of each training step, in their order.
  static List<Double> values(Path metrics, String name) throws IOException {
    return steps(metrics).values().stream().map(step -> step.get(name).asDouble()).toList();
  }

  /// Whether a number says how fast a machine was, or how large a process, rather than what a run
  /// computed.
  static boolean isOfTheMachine(String name) {
    return name.matches("(runtime|timers|memory)/.*");
  }

  private Records() {}
}
