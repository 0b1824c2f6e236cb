package neox.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import neox.base.json.Json;

/// Where the golden files lie.
public final class Golden {
  public static final Path ROOT = Path.of("src/test/resources/golden").toAbsolutePath();
  public static final Path CORPUS1 = ROOT.resolve("train/corpus1_text_document");
  static final Path CORPUS2 = ROOT.resolve("train/corpus2_text_document");

  static JsonNode dataOrder() throws IOException {
    return Json.read(ROOT.resolve("dataorder/dataorder.json"));
  }

  /// A copy of a dataset's two files, so that caches do not land among the resources.
  static Path copy(Path prefix, Path directory) throws IOException {
    for (String ending : new String[] {".bin", ".idx"}) {
      String name = prefix.getFileName() + ending;
      Files.copy(prefix.resolveSibling(name), directory.resolve(name));
    }
    return directory.resolve(prefix.getFileName().toString());
  }

  public static Stream<String> fileNames(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Golden() {}
}
