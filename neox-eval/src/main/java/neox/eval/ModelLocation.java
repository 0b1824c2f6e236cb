package neox.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.NeoxConfig;
import neox.inference.LoadOptions;
import org.jspecify.annotations.Nullable;

/// Which model to evaluate.
///
/// @param directory a NeoX checkpoint or a Hugging Face model
/// @param options with the configuration when that named the model, as in GPT-NeoX
record ModelLocation(Path directory, LoadOptions options) {

  /// What the options say: either a directory, or configuration files with `load`.
  static ModelLocation of(ConfigOptions config, @Nullable Path directory, LoadOptions options)
      throws IOException {
    boolean hasConfig = !config.source().files().isEmpty();
    if (hasConfig && directory != null) {
      throw new UserException(
          "name the model once: with --model DIR or with a configuration, not both");
    }
    if (!hasConfig && directory == null) {
      throw new UserException(
          "name the model with --model DIR, or give a configuration with 'load'");
    }
    ModelLocation location =
        directory == null
            ? configured(ConfigLoader.readModel(config.source()).config(), options)
            : new ModelLocation(directory, options);
    if (!Files.isDirectory(location.directory())) {
      throw new UserException(
          location.directory() + ": no such directory; it should hold the model");
    }
    return location;
  }

  /// The configuration that named the model.
  Optional<NeoxConfig> config() {
    return options.config();
  }

  boolean fromConfig() {
    return config().isPresent();
  }

  private static ModelLocation configured(NeoxConfig config, LoadOptions options) {
    Path directory =
        config
            .checkpoint()
            .load()
            .orElseThrow(() ->
                new UserException(
                    "the configuration does not say which model to load; add"
                        + " \"load\": \"DIR\" or --set load=DIR"));
    Optional<Long> configured = config.checkpoint().iteration();
    LoadOptions chosen =
        options.iteration().isEmpty() && configured.isPresent()
            ? options.withIteration(OptionalLong.of(configured.get()))
            : options;
    return new ModelLocation(directory, chosen.withConfig(config));
  }
}
