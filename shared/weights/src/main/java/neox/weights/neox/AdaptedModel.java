package neox.weights.neox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;

/// Finds the model that a checkpoint of adapters adapts.
final class AdaptedModel {
  /// Opens it; [UserException] when it is not named or not there.
  ///
  /// @param adapters the checkpoint's directory
  /// @param config with which it was made
  static TensorStore open(Path adapters, NeoxConfig config) throws IOException {
    Path base =
        config
            .checkpoint()
            .initFrom()
            .orElseThrow(() ->
                new UserException(
                    adapters + ": its configuration does not say what it adapts (init_from)"));
    if (!Files.isDirectory(base)) {
      throw UserException.of(
          "%s: adapts the model in %s, which is not there; write where it is as init_from in %s",
          adapters, base, NeoxCheckpoint.configs(adapters).resolve(LoadedConfig.EFFECTIVE_FILE));
    }
    return HfModel.isIn(base)
        ? HfModel.open(base)
        : NeoxCheckpoint.open(base, OptionalLong.empty(), config.model());
  }

  static void close(TensorStore base) {
    try {
      base.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AdaptedModel() {}
}
