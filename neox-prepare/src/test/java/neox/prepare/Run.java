package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.base.json.Json;
import neox.data.indexed.IndexedTokens;
import neox.hub.download.Patience;

/// What a run of the tool in this process did.
record Run(int exitCode, String out, String err) {
  private static final Patience SHORT =
      new Patience(Duration.ofMinutes(1), Duration.ofSeconds(2), 5, pause -> {});

  /// Runs with its own environment and the data sets of a JSON text.
  static Run of(Map<String, String> environment, String catalog, String... arguments) {
    JsonNode table = Json.parse(catalog, "catalog");
    return of(new PrepareCommand(environment, SHORT, () -> Catalog.of(table)), arguments);
  }

  /// Runs with the data sets of the tool itself.
  static Run real(Map<String, String> environment, String... arguments) {
    return of(new PrepareCommand(environment, SHORT, Catalog::load), arguments);
  }

  private static Run of(PrepareCommand command, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            command,
            arguments,
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// The documents of a data set, decoded from bytes; an end-of-document token shows as `|`.
  static List<String> documents(Path dataset, int eod) throws IOException {
    List<String> texts = new ArrayList<>();
    try (IndexedTokens tokens = IndexedTokens.open(dataset)) {
      for (long i = 0; i < tokens.count(); i++) {
        StringBuilder text = new StringBuilder();
        for (int id : tokens.item(i)) {
          text.append(id == eod ? '|' : (char) id);
        }
        texts.add(text.toString());
      }
    }
    return texts;
  }

  /// The files below a directory, by their paths.
  static List<String> files(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
