package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.json.Json;

/// Data sets as the `datasets` library has prepared them, in Arrow's format:
/// `OWNER___NAME/CONFIG/VERSION/DIGEST/NAME-SPLIT.arrow` with a `dataset_info.json` that says how
/// many rows each split has.
record ArrowCacheRows(Path directory) implements RowSource {

  @Override
  public Optional<List<Row>> find(Wanted wanted) throws IOException {
    DataSetName set = wanted.set();
    if (set.isFormat() || !set.files().isEmpty() || !set.revision().equals("main")) {
      return Optional.empty();
    }
    for (Path prepared : prepared(set)) {
      Optional<List<Row>> rows = rows(prepared, wanted.split());
      if (rows.isPresent()) {
        return rows;
      }
    }
    return Optional.empty();
  }

  /// The directories that hold a configuration, the newest first.
  private List<Path> prepared(DataSetName set) throws IOException {
    String wanted = simplified(set.path().replace("/", "___"));
    List<Path> digests = new ArrayList<>();
    for (Path owner : children(directory)) {
      if (simplified(owner.getFileName().toString()).equals(wanted)) {
        for (Path version : children(owner.resolve(set.config().orElse("default")))) {
          digests.addAll(children(version));
        }
      }
    }
    digests.removeIf(path -> !Files.isRegularFile(path.resolve("dataset_info.json")));
    digests.sort(Comparator.comparing(ArrowCacheRows::modified).reversed());
    return digests;
  }

  /// The library writes names in lower case, with `_` where a word begins.
  private static String simplified(String name) {
    return name.replaceAll("(?<!_)_(?!_)", "").toLowerCase(Locale.ROOT);
  }

  private static List<Path> children(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children
          .filter(Files::isDirectory)
          .filter(path -> !path.getFileName().toString().endsWith(".incomplete"))
          .sorted()
          .toList();
    }
  }

  private static FileTime modified(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException gone) {
      return FileTime.fromMillis(0);
    }
  }

  private static Optional<List<Row>> rows(Path prepared, String split) throws IOException {
    JsonNode info = Json.read(prepared.resolve("dataset_info.json")).path("splits").path(split);
    Pattern name = Pattern.compile(".+-" + Pattern.quote(split) + "(?:-\\d{5}-of-\\d{5})?\\.arrow");
    List<Path> files;
    try (Stream<Path> children = Files.list(prepared)) {
      files =
          children
              .filter(file -> name.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList();
    }
    if (files.isEmpty() || !info.isObject()) {
      return Optional.empty();
    }
    List<Row> rows = RowFiles.table(files);
    long expected = info.path("num_examples").asLong(rows.size());
    if (rows.size() != expected) {
      throw UserException.of(
          "%s: has %,d rows of the split '%s', its dataset_info.json says %,d; delete it",
          prepared, rows.size(), split, expected);
    }
    return Optional.of(rows);
  }
}
