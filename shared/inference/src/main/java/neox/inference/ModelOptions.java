package neox.inference;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.ArchitectureCheck;
import neox.config.LoadedConfig;
import neox.config.Precision;
import neox.model.Quantization;
import neox.tensor.NativeRuntime;
import neox.weights.neox.Reading.Weights;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which model a tool computes with, and how; used as a picocli mixin. Loads nothing of libtorch.
@HelpGroup("Model")
public final class ModelOptions {
  private static final Pattern HUB_NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

  @Option(
      names = {"-M", "--model", "--load"},
      paramLabel = "DIR",
      description =
          "A NeoX checkpoint or a Hugging Face model directory; or give a CONFIG with 'load'.")
  private @Nullable Path directory;

  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Training step of the checkpoint to load instead of the latest.")
  private @Nullable Long iteration;

  @Option(
      names = "--ema",
      description =
          "Compute with the average of the weights that training has kept (ema.enable) instead of"
              + " the weights.")
  private boolean ema;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "Compute in ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Precision precision = Precision.FP32;

  @Option(
      names = "--quantize",
      paramLabel = "FORM",
      converter = QuantizationName.class,
      completionCandidates = QuantizationName.Candidates.class,
      description =
          "Round the matrices to 8 bits when they are loaded: int8 (weights alone; decoding reads a"
              + " quarter of the bytes of fp32) or llm-int8 (activations, too, as LLM.int8 does).")
  private Quantization quantization = Quantization.NONE;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Compute on cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads (default: OMP_NUM_THREADS, else one per core).")
  private @Nullable Integer threads;

  @Option(
      names = {ArchitectureCheck.OPTION, "--override_architecture"},
      description = ArchitectureCheck.DESCRIPTION)
  private boolean overrideArchitecture;

  /// The directory named on the command line.
  public Optional<Path> directory() {
    return Optional.ofNullable(directory);
  }

  /// The directory, which must be there; [UserException] that tells how to come by it when not.
  public static Path requireDirectory(Path directory) {
    if (Files.isDirectory(directory)) {
      return directory;
    }
    if (Files.exists(directory)) {
      throw UserException.of(
          "%s: is a file; expected the directory that holds the model", directory);
    }
    if (isHubName(directory)) {
      throw UserException.of(
          "%s: no such directory; fetch a model of that name from the hub with 'neox-prepare"
              + " checkpoint %s', then give --model %s",
          directory, directory, directory.getFileName());
    }
    throw UserException.of("%s: no such directory; expected a checkpoint or a model", directory);
  }

  /// `OWNER/NAME`, where nothing here is called `OWNER`.
  private static boolean isHubName(Path path) {
    return HUB_NAME.matcher(path.toString()).matches() && !Files.exists(path.getName(0));
  }

  /// How to open the model. What the command line does not say, `config` says.
  ///
  /// @param config the configuration to go by instead of the checkpoint's own
  public LoadOptions loadOptions(Optional<LoadedConfig> config) {
    Optional<Long> step =
        Optional.ofNullable(iteration)
            .or(() -> config.flatMap(c -> c.config().checkpoint().iteration()));
    OptionalLong chosen = step.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    return new LoadOptions(precision, device, chosen, config, overrideArchitecture)
        .withWeights(ema ? Weights.EMA : Weights.MODEL)
        .withQuantization(quantization);
  }

  /// CPU threads for [NativeRuntime#start].
  public int threads() {
    if (threads != null && threads < 1) {
      throw UserException.of("--threads %d: expected at least 1", threads);
    }
    return threads != null ? threads : NativeRuntime.defaultThreads();
  }
}
