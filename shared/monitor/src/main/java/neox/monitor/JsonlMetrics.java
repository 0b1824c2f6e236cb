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
import neox.base.AtomicFile;
import neox.base.Json;

/// Metrics as JSON lines: one object for the numbers of a step, `{"step":10,"train/lm_loss":3.2}`,
/// and `{"name":…,"text":…}` for texts. NaN and infinities are the strings JSON can hold.
public final class JsonlMetrics implements MetricSink {
  private static final String STEP = "step";

  private final Writer writer;
  private final StringBuilder lines = new StringBuilder();
  private ObjectNode scalars = Json.mapper().createObjectNode();

  private JsonlMetrics(Writer writer) {
    this.writer = writer;
  }

  /// Opens `file` to append what happens after `lastStep`.
  ///
  /// Lines of later steps are removed first, for a run that continues from a checkpoint writes them
  /// again; so is a last line that a killed process left torn. Texts are kept from the last run
  /// only. A fresh run (`lastStep` 0) starts an empty file.
  public static JsonlMetrics open(Path file, long lastStep) throws IOException {
    if (Files.exists(file)) {
      truncate(file, lastStep);
    } else {
      AtomicFile.write(file, "");
    }
    return new JsonlMetrics(
        Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
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
    writer.append(lines).flush();
    lines.setLength(0);
  }

  @Override
  public void close() throws IOException {
    try (writer) {
      flush();
    }
  }

  private void endLine() {
    if (!scalars.isEmpty()) {
      lines.append(Json.line(scalars)).append('\n');
      scalars = Json.mapper().createObjectNode();
    }
  }

  private static void truncate(Path file, long lastStep) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        AtomicFile shortened = AtomicFile.create(file);
        Writer out =
            new BufferedWriter(
                new OutputStreamWriter(shortened.stream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (isUpTo(lastStep, line)) {
          out.append(line).append('\n');
        }
      }
      out.flush();
      shortened.commit();
    }
  }

  private static boolean isUpTo(long lastStep, String line) {
    try {
      JsonNode step = Json.mapper().readTree(line).path(STEP);
      return step.isIntegralNumber() && step.asLong() >= 1 && step.asLong() <= lastStep;
    } catch (JsonProcessingException torn) {
      return false;
    }
  }
}
