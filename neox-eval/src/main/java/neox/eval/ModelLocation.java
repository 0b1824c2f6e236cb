package neox.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.inference.load.LoadOptions;
import neox.inference.load.ModelOptions;

/// Which model to evaluate.
///
/// @param directory a NeoX checkpoint or a Hugging Face model
/// @param options with the configuration when that named the model, as in GPT-NeoX
/// @param threads of the CPU
record ModelLocation(Path directory, LoadOptions options, int threads) {

  /// What the options say: either a directory, or configuration files with `load`.
  static ModelLocation of(ConfigOptions config, ModelOptions model) throws IOException {
    boolean hasConfig = !config.source().files().isEmpty();
    if (hasConfig && model.directory().isPresent()) {
      throw new UserException(
          "name the model once: with --model DIR or with a configuration, not both");
    }
    if (!hasConfig && model.directory().isEmpty()) {
      throw new UserException(
          "name the model with --model DIR, or give a configuration with 'load'");
    }
    Optional<LoadedConfig> read =
        hasConfig ? Optional.of(ConfigLoader.readModel(config.source())) : Optional.empty();
    Path directory =
        model
            .directory()
            .or(() -> read.flatMap(c -> c.config().checkpoint().load()))
            .orElseThrow(() ->
                new UserException(
                    "the configuration does not say which model to load; add"
                        + " \"load\": \"DIR\" or --set load=DIR"));
    return new ModelLocation(
        ModelOptions.requireDirectory(directory), model.loadOptions(read), model.threads());
  }

  /// The configuration that named the model.
  Optional<NeoxConfig> config() {
    return options.config().map(LoadedConfig::config);
  }

  boolean fromConfig() {
    return config().isPresent();
  }
}
