package neox.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

/// The files of one configuration, merged, with the overrides applied.
///
/// NeoX compat: a nested mapping such as `optimizer` belongs to one file as a whole; mappings of
/// two files are not merged.
///
/// @param root every key of every file
/// @param originals file name without directory → its text, comments and all
record ConfigFiles(Fields root, Map<String, String> originals, Problems problems) {

  /// Reads and merges; what is wrong goes to `problems`. A file that cannot be read or is not YAML
  /// is reported at once, because everything after it would be guesswork.
  static ConfigFiles read(ConfigSource source) throws IOException {
    Problems problems = new Problems();
    problems.announce(Origin.OVERRIDE.file());
    Map<String, Path> paths = new LinkedHashMap<>();
    Map<String, String> originals = new LinkedHashMap<>();
    Map<String, Field> fields = new LinkedHashMap<>();
    for (Path path : source.paths()) {
      String name = path.getFileName().toString();
      Path sameName = paths.putIfAbsent(name, path);
      problems.announce(path.toString());
      if (sameName != null) {
        problems.add(
            new Origin(path.toString(), 0),
            "same file name as %s; give them different names, both go into each checkpoint",
            sameName);
        continue;
      }
      text(path, source, problems).ifPresent(text -> originals.put(name, text));
    }
    problems.throwIfAny();
    for (var path : paths.entrySet()) {
      String text = originals.getOrDefault(path.getKey(), "");
      merge(fields, text, path.getValue(), problems);
    }
    Fields root = new Fields(fields, new Origin(where(source), 0));
    for (var override : source.overrides().entrySet()) {
      root = override(root, override.getKey(), override.getValue(), problems);
    }
    return new ConfigFiles(root, originals, problems);
  }

  private static Optional<String> text(Path path, ConfigSource source, Problems problems)
      throws IOException {
    Origin origin = new Origin(path.toString(), 0);
    try {
      return Optional.of(Files.readString(path));
    } catch (NoSuchFileException e) {
      String hint =
          source.directory().isPresent() || path.isAbsolute()
              ? ""
              : " in " + Path.of("").toAbsolutePath() + "; -d DIR names another directory";
      problems.add(origin, "no such configuration file%s", hint);
    } catch (MalformedInputException e) {
      problems.add(origin, "not UTF-8 text");
    }
    return Optional.empty();
  }

  private static void merge(Map<String, Field> into, String text, Path path, Problems problems) {
    Optional<Fields> read = YamlReader.file(text, path.toString(), problems);
    if (read.isEmpty()) {
      problems.throwIfAny();
    }
    for (Field field : read.map(f -> List.copyOf(f.fields().values())).orElse(List.of())) {
      Field first = into.putIfAbsent(field.name(), field);
      if (first != null) {
        YamlReader.reportDuplicate(problems, field, first);
      }
    }
  }

  private static Fields override(Fields root, String key, String text, Problems problems) {
    int dot = key.indexOf('.');
    String first = (dot < 0 ? key : key.substring(0, dot)).replace('-', '_');
    String path = dot < 0 ? first : first + key.substring(dot);
    return YamlReader.override(path, text, problems)
        .map(value -> replace(root, path, value))
        .orElse(root);
  }

  private static Fields replace(Fields fields, String path, Value value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return fields.with(new Field(path, Origin.OVERRIDE, value));
    }
    String name = path.substring(0, dot);
    Field old = fields.fields().get(name);
    Fields inner =
        old != null && old.value() instanceof Fields f ? f : new Fields(Map.of(), Origin.OVERRIDE);
    Origin origin = old == null ? Origin.OVERRIDE : old.origin();
    return fields.with(new Field(name, origin, replace(inner, path.substring(dot + 1), value)));
  }

  /// How to name the configuration as a whole in a message.
  private static String where(ConfigSource source) {
    List<Path> paths = source.paths();
    return paths.size() == 1 ? paths.getFirst().toString() : "configuration";
  }
}
