package neox.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;

/// Which configuration to read.
///
/// @param directory prefix of every file name (`-d`)
/// @param files merged in order; a name that ends in neither `.yml` nor `.json` gets `.yml`
/// @param overrides dotted key to a value in YAML (`--set`); they win over the files
public record ConfigSource(
    Optional<Path> directory, List<Path> files, Map<String, String> overrides) {
  public ConfigSource {
    files = List.copyOf(files);
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
  }

  /// Files alone, without `-d` and `--set`.
  public static ConfigSource of(Path... files) {
    return new ConfigSource(Optional.empty(), List.of(files), Map.of());
  }

  /// The overrides that `KEY=VALUE` words stand for.
  public static Map<String, String> overrides(List<String> assignments) {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new UserException(
            "--set " + assignment + ": expected KEY=VALUE, such as --set train_iters=100");
      }
      overrides.put(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
    }
    return overrides;
  }

  /// The files to open: directory and suffix added.
  List<Path> paths() {
    return files.stream().map(this::resolve).toList();
  }

  private Path resolve(Path file) {
    String name = file.toString();
    Path full = name.endsWith(".yml") || name.endsWith(".json") ? file : Path.of(name + ".yml");
    return directory.map(d -> d.resolve(full)).orElse(full);
  }
}
