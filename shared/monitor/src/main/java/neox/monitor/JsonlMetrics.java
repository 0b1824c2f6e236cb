package neox.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// Metrics as JSON lines: one object for the numbers of a step, `{"step":10,"train/lm_loss":3.2}`,
/// and `{"name":…,"text":…}` for texts. NaN and infinities are the strings JSON can hold.
public final class JsonlMetrics implements MetricSink {
  private static final String STEP = "step";
  private static final String REPLACED = "metrics.replaced.jsonl";

  /// What waits for a disk that is full; older lines are dropped.
  private static final int MOST_PENDING_CHARS = 16 << 20;

  private final BlockFile file;
  private final Past past;
  private final StringBuilder lines = new StringBuilder();
  private ObjectNode scalars = Json.mapper().createObjectNode();

  JsonlMetrics(BlockFile file, Past past) {
    this.file = file;
    this.past = past;
  }

  /// What the file holds of the step after which a run continues.
  ///
  /// @param rows how often each name stands there
  public record Past(Map<String, Integer> rows) {
    public static final Past NONE = new Past(Map.of());

    /// How many numbers of this name were recorded at that step.
    public int count(String name) {
      return rows.getOrDefault(name, 0);
    }
  }

  /// Opens `file` to append what happens after `lastStep`.
  ///
  /// Lines of later steps are moved aside first, to the end of `metrics.replaced.jsonl`, for a run
  /// that continues from a checkpoint writes them again; a last line that a killed process left
  /// torn is dropped. Texts are kept from the last run only.
  public static JsonlMetrics open(Path file, long lastStep) throws IOException {
    Past past = Past.NONE;
    if (Files.exists(file)) {
      past = truncate(file, lastStep);
    } else {
      AtomicFile.write(file, "");
    }
    return new JsonlMetrics(BlockFile.open(file, StandardOpenOption.WRITE), past);
  }

  public Past past() {
    return past;
  }

  @Override
  public void scalar(String name, double value, long step) {
    if (scalars.path(STEP).asLong(step) != step) {
      endLine();
    }
    scalars.put(STEP, step).put(name, value);
  }

  @Override
  public void text(String name, String value) {
    ObjectNode line = Json.mapper().createObjectNode().put("name", name).put("text", value);
    lines.append(Json.line(line)).append('\n');
  }

  @Override
  public void flush() throws IOException {
    endLine();
    if (!lines.isEmpty()) {
      try {
        file.append(lines.toString().getBytes(StandardCharsets.UTF_8));
        lines.setLength(0);
      } finally {
        forgetTheOldest();
      }
    }
  }

  private void forgetTheOldest() {
    if (lines.length() > MOST_PENDING_CHARS) {
      lines.delete(0, lines.indexOf("\n", lines.length() / 2) + 1);
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      flush();
    }
  }

  private void endLine() {
    if (!scalars.isEmpty()) {
      lines.append(Json.line(scalars)).append('\n');
      scalars = Json.mapper().createObjectNode();
    }
  }

  /// Keeps the lines up to a step and moves those of later steps aside; all where the run begins.
  private static Past truncate(Path file, long lastStep) throws IOException {
    Map<String, Integer> rows = new HashMap<>();
    StringBuilder replaced = new StringBuilder();
    try (BufferedReader in = NamedFiles.newBufferedReader(file);
        AtomicFile shortened = AtomicFile.create(file);
        Writer out =
            new BufferedWriter(
                new OutputStreamWriter(shortened.stream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode row = parse(line);
        long step = row.path(STEP).asLong();
        boolean isStep = row.has(STEP);
        if (isStep && (step > lastStep || lastStep == 0)) {
          replaced.append(line).append('\n');
        } else if (isStep) {
          out.append(line).append('\n');
        }
        if (isStep && step == lastStep) {
          row.fieldNames().forEachRemaining(name -> rows.merge(name, 1, Integer::sum));
        }
      }
      out.flush();
      moveAside(file, replaced);
      shortened.commit();
    }
    return new Past(Map.copyOf(rows));
  }

  private static void moveAside(Path file, StringBuilder lines) throws IOException {
    if (!lines.isEmpty()) {
      NamedFiles.writeString(
          file.resolveSibling(REPLACED),
          lines.toString(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  /// A line; one without a step where it is torn.
  private static JsonNode parse(String line) {
    try {
      return Json.mapper().readTree(line);
    } catch (JsonProcessingException torn) {
      return Json.mapper().createObjectNode();
    }
  }
}
