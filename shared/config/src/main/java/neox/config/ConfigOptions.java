package neox.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Advice;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options of every tool that is driven by a configuration; used as a picocli mixin.
@HelpGroup("Configuration")
public final class ConfigOptions implements Advice {
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
      description =
          "Set one key, which may be dotted (a.b=1); wins over the files. May be given again.")
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
    files.forEach(this::refuseWhatIsNoFile);
    Map<String, String> overrides = new LinkedHashMap<>(further);
    overrides.putAll(ConfigSource.overrides(assignments));
    return new ConfigSource(Optional.ofNullable(directory), files, overrides);
  }

  /// What is often typed where a file is expected. The names of `files` that exist are left alone.
  private void refuseWhatIsNoFile(Path file) {
    String name = file.toString();
    if (Files.exists(file) && directory == null) {
      return;
    }
    if (name.endsWith(".py")) {
      throw UserException.of(
          "%s: expected a configuration file, found a script of GPT-NeoX; the tool replaces it:"
              + " leave it out",
          name);
    }
    if (name.matches("[A-Za-z_][\\w.-]*=.*")) {
      throw UserException.of(
          "%s: expected a configuration file, found KEY=VALUE; each key takes a --set of its own:"
              + " --set %s",
          name, name);
    }
    if (directory != null && doubled(file)) {
      throw UserException.of(
          "%s: no such configuration file, but %s is one: leave out -d %s",
          directory.resolve(file), file, directory);
    }
  }

  /// Whether the file is there, but not below the directory.
  private boolean doubled(Path file) {
    ConfigSource below = new ConfigSource(Optional.ofNullable(directory), List.of(file), Map.of());
    return !Files.exists(below.paths().getFirst())
        && Files.exists(ConfigSource.of(file).paths().getFirst());
  }

  /// `--train-iters 10` is an option of GPT-NeoX's programs and a key here.
  @Override
  public Optional<String> about(String argument, List<String> following) {
    if (!argument.startsWith("--")) {
      return Optional.empty();
    }
    int equals = argument.indexOf('=');
    String key = argument.substring(2, equals < 0 ? argument.length() : equals).replace('-', '_');
    if (ConfigReference.keys().stream().noneMatch(known -> known.name().equals(key))) {
      return Optional.empty();
    }
    boolean followed = !following.isEmpty() && !following.getFirst().startsWith("-");
    String value =
        equals >= 0 ? argument.substring(equals + 1) : followed ? following.getFirst() : "VALUE";
    return Optional.of("It is a key of the configuration: --set " + key + "=" + value);
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
