package neox.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// Reads JSON lines that somebody else may be writing: half a last line is left for the next time,
/// and a line that is no object is passed over, as a killed process leaves it.
final class WholeLines {
  /// Passes on the objects of a file; of one that is not there, none.
  ///
  /// @param from the place (bytes) at which to begin
  /// @return the place after the last whole line
  static long read(Path file, long from, Consumer<ObjectNode> row) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ);
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(from)))) {
      long end = from;
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          line.write(next);
          continue;
        }
        end += line.size() + 1L;
        pass(line.toString(StandardCharsets.UTF_8), row);
        line.reset();
      }
      return end;
    }
  }

  private static void pass(String line, Consumer<ObjectNode> row) {
    try {
      JsonNode json = Json.mapper().readTree(line);
      if (json instanceof ObjectNode object) {
        row.accept(object);
      }
    } catch (JsonProcessingException torn) {
      return;
    }
  }

  private WholeLines() {}
}
