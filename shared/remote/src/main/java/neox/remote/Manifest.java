package neox.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.RunningHash;

/// The files of a directory that is kept in a store, with the sum of each. It is stored last: where
/// it lies, the directory is complete.
///
/// @param files sorted by their path
public record Manifest(List<Entry> files) {
  /// Lies in the directory that it tells of.
  public static final String NAME = "neox-manifest.json";

  /// The same, stored first: where it lies alone, a directory is on its way.
  public static final String ANNOUNCEMENT = "neox-upload.json";

  private static final int FORMAT = 1;

  public Manifest {
    files = List.copyOf(files);
  }

  /// One file.
  ///
  /// @param path below the directory, with slashes
  /// @param sha256 in hexadecimal digits
  public record Entry(String path, long bytes, String sha256) {}

  /// Reads every file of a directory; hidden ones, and manifests, do not count.
  public static Manifest of(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> tree = Files.walk(directory)) {
      paths = tree.filter(Files::isRegularFile).sorted().toList();
    }
    List<Entry> entries = new ArrayList<>();
    for (Path file : paths) {
      String path = directory.relativize(file).toString().replace('\\', '/');
      boolean counts = !path.startsWith(".") && !path.equals(NAME) && !path.equals(ANNOUNCEMENT);
      if (counts) {
        entries.add(entry(file, path));
      }
    }
    return new Manifest(entries);
  }

  private static Entry entry(Path file, String path) throws IOException {
    RunningHash hash = RunningHash.start();
    hash.add(file);
    return new Entry(path, hash.bytes(), hash.sha256());
  }

  /// Reads a manifest; [UserException] when it is none.
  ///
  /// @param where its address, for the error
  public static Manifest parse(byte[] json, String where) {
    JsonNode root = Json.parse(new String(json, StandardCharsets.UTF_8), where);
    if (root.path("format").asInt() != FORMAT || !root.path("files").isArray()) {
      throw UserException.of("%s: expected a manifest of format %d", where, FORMAT);
    }
    List<Entry> entries = new ArrayList<>();
    for (JsonNode file : root.path("files")) {
      String path = file.path("path").asText();
      String sha256 = file.path("sha256").asText();
      boolean leadsOut = path.startsWith("/") || List.of(path.split("/")).contains("..");
      if (path.isEmpty() || leadsOut || !sha256.matches("[0-9a-f]{64}")) {
        throw UserException.of("%s: '%s' is no entry of a manifest", where, path);
      }
      entries.add(new Entry(path, file.path("bytes").asLong(-1), sha256));
    }
    return new Manifest(entries);
  }

  public byte[] json() {
    ObjectNode root = Json.mapper().createObjectNode();
    root.put("format", FORMAT);
    ArrayNode array = root.putArray("files");
    for (Entry entry : files) {
      array
          .addObject()
          .put("path", entry.path())
          .put("bytes", entry.bytes())
          .put("sha256", entry.sha256());
    }
    return Json.pretty(root).getBytes(StandardCharsets.UTF_8);
  }

  public Optional<Entry> find(String path) {
    return files.stream().filter(entry -> entry.path().equals(path)).findFirst();
  }

  /// The sum of all sizes.
  public long bytes() {
    return files.stream().mapToLong(Entry::bytes).sum();
  }
}
