package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.model.ModelConfig;
import neox.weights.dcp.DcpModel;
import neox.weights.spec.NetworkSpec;

/// A checkpoint of `torch.distributed.checkpoint`, whichever program saved it.
///
/// @param origin its directory
/// @param loaded what the network is
record DcpSource(Path origin, LoadedConfig loaded) implements Source {
  /// Where torchtitan and OLMo-core put the number of steps.
  private static final Pattern STEP = Pattern.compile("(?:global_)?step[-_]?(\\d{1,18})");

  /// The checkpoint in `directory`.
  ///
  /// @param configFiles the architecture, which such a checkpoint does not tell
  static DcpSource read(Path directory, List<Path> configFiles) throws IOException {
    if (configFiles.isEmpty()) {
      throw UserException.of(
          "%s: a checkpoint of torch.distributed.checkpoint does not tell its architecture; describe"
              + " it in GPT-NeoX's words with --config_file",
          directory);
    }
    return new DcpSource(
        directory,
        ConfigLoader.readModel(new ConfigSource(Optional.empty(), configFiles, Map.of())));
  }

  @Override
  public ModelConfig architecture() {
    return loaded.config().model();
  }

  @Override
  public SourceModel open() throws IOException {
    DcpModel model = DcpModel.open(origin, architecture());
    return new SourceModel(
        origin,
        model,
        NetworkSpec.of(model.config(), model.paddedVocab()),
        steps(),
        Optional.of(loaded),
        Map.of());
  }

  /// As the directory's name says; 0 when it says nothing.
  private long steps() {
    Path name = origin.toAbsolutePath().normalize().getFileName();
    Matcher step = STEP.matcher(String.valueOf(name));
    return step.matches() ? Long.parseLong(step.group(1)) : 0;
  }
}
