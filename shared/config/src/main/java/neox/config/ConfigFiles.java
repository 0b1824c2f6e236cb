package neox.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.Origin;
import neox.config.table.Problems;
import neox.config.table.Value;
import neox.config.table.Value.Field;
import neox.config.table.Value.Fields;
import neox.config.table.YamlReader;

/// Makes one mapping of the files of a configuration, with the overrides applied.
///
/// NeoX compat: a nested mapping such as `optimizer` belongs to one file as a whole; mappings of
/// two files are not merged.
final class ConfigFiles {
  /// Every key of every file; what is wrong goes to `problems`. A file that is not YAML is reported
  /// at once, because everything after it would be guesswork.
  static Fields merge(List<ConfigText> texts, ConfigSource source, Problems problems) {
    problems.announce(Origin.OVERRIDE.file());
    Map<String, Field> fields = new LinkedHashMap<>();
    for (ConfigText text : texts) {
      problems.announce(text.path().toString());
      merge(fields, text, problems);
    }
    Fields root = new Fields(fields, new Origin(where(source), 0));
    for (var override : source.overrides().entrySet()) {
      Origin origin = source.origin(override.getKey());
      root = override(root, override.getKey(), override.getValue(), origin, problems);
    }
    return root;
  }

  private static void merge(Map<String, Field> into, ConfigText text, Problems problems) {
    Optional<Fields> read = YamlReader.file(text.text(), text.path().toString(), problems);
    if (read.isEmpty()) {
      problems.throwIfAny();
    }
    for (Field field : read.map(f -> List.copyOf(f.fields().values())).orElse(List.of())) {
      Field first = into.putIfAbsent(field.name(), field);
      if (first != null) {
        YamlReader.checkRepeated(problems, field, first);
      }
    }
  }

  private static Fields override(
      Fields root, String key, String text, Origin origin, Problems problems) {
    int dot = key.indexOf('.');
    String first = (dot < 0 ? key : key.substring(0, dot)).replace('-', '_');
    String path = dot < 0 ? first : first + key.substring(dot);
    return YamlReader.override(path, text, origin, problems)
        .map(value -> replace(root, path, value))
        .orElse(root);
  }

  private static Fields replace(Fields fields, String path, Value value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return fields.with(new Field(path, value.origin(), value));
    }
    String name = path.substring(0, dot);
    Field old = fields.fields().get(name);
    Fields inner =
        old != null && old.value() instanceof Fields f ? f : new Fields(Map.of(), value.origin());
    Origin origin = old == null ? value.origin() : old.origin();
    return fields.with(new Field(name, origin, replace(inner, path.substring(dot + 1), value)));
  }

  /// How to name the configuration as a whole in a message.
  private static String where(ConfigSource source) {
    List<String> paths = source.paths().stream().map(Path::toString).toList();
    return paths.isEmpty() ? "configuration" : String.join(", ", paths);
  }

  private ConfigFiles() {}
}
