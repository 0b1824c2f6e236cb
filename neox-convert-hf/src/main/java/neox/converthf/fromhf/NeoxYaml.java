package neox.converthf.fromhf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import neox.config.table.YamlWriter;

/// A configuration file in parts, each under a comment.
///
/// @param parts first to last
record NeoxYaml(List<Part> parts) {
  /// Keys that belong together.
  ///
  /// @param comment lines above them
  /// @param keys dotted key → value
  record Part(String comment, Map<String, Object> keys) {}

  NeoxYaml {
    parts = List.copyOf(parts);
  }

  /// All keys, each with its value as YAML.
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    for (Part part : parts) {
      part.keys().forEach((key, value) -> values.put(key, YamlWriter.inline(value)));
    }
    return values;
  }

  /// The file.
  String text() {
    StringJoiner text = new StringJoiner("\n");
    for (Part part : parts) {
      StringBuilder lines = new StringBuilder();
      part.comment().lines().forEach(line -> lines.append("# ").append(line).append('\n'));
      append(lines, "", nested(part.keys()));
      text.add(lines);
    }
    return text.toString();
  }

  private static void append(StringBuilder lines, String indent, Map<String, Object> keys) {
    keys.forEach((key, value) -> {
      lines.append(indent).append(key).append(':');
      if (value instanceof Inner(Map<String, Object> inner)) {
        lines.append('\n');
        append(lines, indent + "  ", inner);
      } else {
        lines.append(' ').append(YamlWriter.inline(value)).append('\n');
      }
    });
  }

  /// What stands under a key.
  private record Inner(Map<String, Object> keys) {}

  private static Map<String, Object> nested(Map<String, Object> dotted) {
    Map<String, Object> nested = new LinkedHashMap<>();
    dotted.forEach((key, value) -> {
      Map<String, Object> at = nested;
      int from = 0;
      for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', from)) {
        Inner inner =
            (Inner)
                at.computeIfAbsent(key.substring(from, dot), _ -> new Inner(new LinkedHashMap<>()));
        at = inner.keys();
        from = dot + 1;
      }
      at.put(key.substring(from), value);
    });
    return nested;
  }
}
