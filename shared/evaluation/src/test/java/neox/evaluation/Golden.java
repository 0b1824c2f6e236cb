package neox.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import neox.base.json.Json;

/// The recorded outputs of the real harness below `golden/eval`.
public final class Golden {
  /// A file or directory on disk.
  public static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Golden.class.getResource("/golden/eval/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static JsonNode json(String name) {
    try {
      return Json.read(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The lines of a text file; of a compressed one when the name ends in `.gz`.
  public static List<String> lines(String name) {
    try (InputStream raw = Golden.class.getResourceAsStream("/golden/eval/" + name);
        InputStream in = name.endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The objects of a file with one per line.
  public static List<JsonNode> jsonLines(String name) {
    return lines(name).stream().map(line -> Json.parse(line, name)).toList();
  }

  private Golden() {}
}
