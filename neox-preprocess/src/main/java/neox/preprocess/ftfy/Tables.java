package neox.preprocess.ftfy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The facts that the rules work from; the README beside the resources says how they were made.
final class Tables {
  private static final int HEX = 16;

  private final Map<String, List<List<String>>> rows;
  private final Map<String, String> entities;

  private Tables(Map<String, List<List<String>>> rows, Map<String, String> entities) {
    this.rows = rows;
    this.entities = entities;
  }

  static Tables load() {
    Map<String, List<List<String>>> rows = new HashMap<>();
    for (List<String> line : lines("tables.txt")) {
      rows.computeIfAbsent(line.getFirst(), key -> new ArrayList<>())
          .add(line.subList(1, line.size()));
    }
    Map<String, String> entities = new HashMap<>();
    for (List<String> line : lines("entities.txt")) {
      entities.put(line.getFirst(), characters(line.subList(1, line.size())));
    }
    return new Tables(rows, entities);
  }

  private static List<List<String>> lines(String name) {
    InputStream resource = Tables.class.getResourceAsStream(name);
    if (resource == null) {
      throw new IllegalStateException(name + " is missing from the program");
    }
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
      return in.lines().map(line -> List.of(line.split(" ", -1))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The words of all rows that begin with `key`, without the key.
  List<List<String>> rows(String key) {
    return rows.getOrDefault(key, List.of());
  }

  /// The set in the only row of `key`.
  CodePointSet set(String key) {
    return CodePointSet.parse(rows(key).getFirst().getFirst());
  }

  /// The characters for a name between `&` and `;`.
  Map<String, String> entities() {
    return entities;
  }

  /// The string of these hexadecimal code points.
  static String characters(List<String> codePoints) {
    StringBuilder text = new StringBuilder();
    codePoints.forEach(point -> text.appendCodePoint(Integer.parseInt(point, HEX)));
    return text.toString();
  }
}
