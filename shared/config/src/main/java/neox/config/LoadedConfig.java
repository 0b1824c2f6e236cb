package neox.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.Problems;
import neox.config.table.Value;
import neox.config.table.YamlReader;
import neox.config.table.YamlWriter;
import org.jspecify.annotations.Nullable;

/// A configuration together with its sources.
///
/// @param originals file name without directory → text of the file, comments and all
/// @param effectiveYaml every supported key with the value in use, and where it came from
/// @param values every supported key that has a value → strings, booleans and numbers, others as
///   YAML writes them on a line
/// @param origins key → where its value is written: `file:line`, or one word
/// @param unheard keys that ask in vain for something without which no number gets less exact
public record LoadedConfig(
    NeoxConfig config,
    Map<String, String> originals,
    String effectiveYaml,
    Map<String, Object> values,
    Map<String, String> origins,
    List<String> unheard) {

  /// The file in a checkpoint that holds [#effectiveYaml]; when it is there it counts alone.
  public static final String EFFECTIVE_FILE = "neox-effective.yml";

  public LoadedConfig {
    originals = Collections.unmodifiableMap(new LinkedHashMap<>(originals));
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    origins = Map.copyOf(origins);
    unheard = List.copyOf(unheard);
  }

  /// A configuration read from a table, which has been finished.
  static LoadedConfig of(
      NeoxConfig config, Map<String, String> originals, ConfigTable table, List<String> unheard) {
    Map<String, String> origins = new LinkedHashMap<>();
    table.settings().forEach(setting -> origins.put(setting.key().name(), setting.origin()));
    return new LoadedConfig(
        config, originals, YamlWriter.write(table.settings()), values(table), origins, unheard);
  }

  private static Map<String, Object> values(ConfigTable table) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (ConfigTable.Setting setting : table.settings()) {
      Object value = setting.value();
      if (value != null) {
        boolean plain = value instanceof Boolean || value instanceof Number;
        Object shown = value instanceof String ? value : YamlWriter.inline(value);
        values.put(setting.key().name(), plain ? value : shown);
      }
    }
    return values;
  }

  /// As [#values], with lists and mappings as such, and keys that have none.
  public Map<String, @Nullable Object> nested() {
    Problems problems = new Problems();
    Value.Fields read = YamlReader.file(effectiveYaml, EFFECTIVE_FILE, problems).orElseThrow();
    problems.throwIfAny();
    return plain(read);
  }

  private static Map<String, @Nullable Object> plain(Value.Fields fields) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    fields.fields().forEach((name, field) -> values.put(name, plain(field.value())));
    return values;
  }

  private static @Nullable Object plain(Value value) {
    return switch (value) {
      case Value.Scalar scalar -> scalar.resolve();
      case Value.Items items -> items.items().stream().map(LoadedConfig::plain).toList();
      case Value.Fields fields -> plain(fields);
    };
  }

  /// What to tell the user about this configuration before it is used, in one line.
  public Optional<String> warning() {
    return unheard.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "no effect here, and no number gets less exact: " + String.join(", ", unheard));
  }

  /// Whether a file or the command line says the value of `key`.
  public boolean isWritten(String key) {
    String origin = origins.getOrDefault(key, "default");
    return !origin.equals("default") && !origin.equals("derived");
  }

  /// Where the value of `key` is written: `file:line`, or that it follows from no file.
  public String origin(String key) {
    String origin = origins.getOrDefault(key, "default");
    return isWritten(key) ? origin : "configuration (" + origin + ")";
  }

  /// What a checkpoint's `configs` directory should hold, by file name.
  public Map<String, String> checkpointFiles() {
    Map<String, String> files = new LinkedHashMap<>(originals);
    files.put(EFFECTIVE_FILE, effectiveYaml);
    return Collections.unmodifiableMap(files);
  }
}
