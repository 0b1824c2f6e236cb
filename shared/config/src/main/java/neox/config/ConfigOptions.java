package neox.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options of every tool that is driven by a configuration; used as a picocli mixin.
public final class ConfigOptions {
  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..*",
      description = "Configuration files, merged; '.yml' is added to a name without it.")
  List<Path> files = new ArrayList<>();

  @Option(
      names = {"-d", "--conf_dir", "--conf-dir"},
      paramLabel = "DIR",
      description = "Directory of the configuration files.")
  @Nullable Path directory;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set one key; wins over the files. Repeatable, may be dotted (a.b=1).")
  List<String> assignments = new ArrayList<>();

  @Option(
      names = {"--print-config", "--print_config"},
      description = "Print the effective configuration and exit.")
  boolean printConfig;

  @Option(
      names = {"--help-config", "--help_config"},
      description = "List all configuration keys and exit.")
  boolean helpConfig;

  /// What to read.
  public ConfigSource source() {
    return source(Map.of());
  }

  /// What to read, with further overrides from other options; `--set` wins over them.
  public ConfigSource source(Map<String, String> further) {
    Map<String, String> overrides = new LinkedHashMap<>(further);
    overrides.putAll(ConfigSource.overrides(assignments));
    return new ConfigSource(Optional.ofNullable(directory), files, overrides);
  }

  /// The text to print instead of running, when `--print-config` or `--help-config` asks for it.
  public Optional<String> answer() throws IOException {
    return answer(source());
  }

  /// The same for a source that holds further overrides.
  public Optional<String> answer(ConfigSource source) throws IOException {
    if (helpConfig) {
      return Optional.of(ConfigReference.plain());
    }
    return printConfig ? Optional.of(ConfigLoader.read(source).effectiveYaml()) : Optional.empty();
  }
}
