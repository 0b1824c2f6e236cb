package neox.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.config.table.Origin;

/// Which configuration to read.
///
/// @param directory prefix of every file name (`-d`)
/// @param files merged in order; a name that ends in neither `.yml` nor `.json` gets `.yml`, unless
///   only the name itself exists
/// @param overrides dotted key to a value in YAML (`--set`); they win over the files
/// @param options of the overrides, those that were given by an option of their own, with its name
public record ConfigSource(
    Optional<Path> directory,
    List<Path> files,
    Map<String, String> overrides,
    Map<String, String> options) {
  public ConfigSource {
    files = List.copyOf(files);
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
    options = Map.copyOf(options);
  }

  public ConfigSource(Optional<Path> directory, List<Path> files, Map<String, String> overrides) {
    this(directory, files, overrides, Map.of());
  }

  /// Files alone, without `-d` and `--set`.
  public static ConfigSource of(Path... files) {
    return new ConfigSource(Optional.empty(), List.of(files), Map.of());
  }

  /// The same with one key set by an option of its own, which wins over `--set`.
  public ConfigSource with(String option, String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(overrides);
    more.put(key, value);
    Map<String, String> names = new LinkedHashMap<>(options);
    names.put(key, option);
    return new ConfigSource(directory, files, more, names);
  }

  /// The overrides that `KEY=VALUE` words stand for; of one key given twice the last counts.
  public static Map<String, String> overrides(List<String> assignments) {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      String key = equals < 0 ? "" : assignment.substring(0, equals).strip();
      if (key.isEmpty()) {
        throw new UserException(
            "--set " + assignment + ": expected KEY=VALUE, such as --set train_iters=100");
      }
      overrides.put(key, assignment.substring(equals + 1));
    }
    return overrides;
  }

  /// Where an override was given, as messages name it.
  Origin origin(String key) {
    String option = options.get(key);
    return option == null ? Origin.OVERRIDE : Origin.option(option);
  }

  /// The files to open: directory and suffix added.
  List<Path> paths() {
    return files.stream().map(this::resolve).toList();
  }

  private Path resolve(Path file) {
    Path whole = directory.map(d -> d.resolve(file)).orElse(file);
    String name = file.toString();
    Path last = whole.getFileName();
    if (name.endsWith(".yml") || name.endsWith(".json") || last == null) {
      return whole;
    }
    Path suffixed = whole.resolveSibling(last + ".yml");
    boolean asNamed = Files.exists(whole) && !Files.isDirectory(whole) && !Files.exists(suffixed);
    return asNamed ? whole : suffixed;
  }
}
