package neox.inference.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.ArchitectureCheck;
import neox.config.LoadedConfig;
import neox.config.ParallelConfig;
import neox.config.Precision;
import neox.model.Quantization;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.weights.neox.Reading.Weights;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which model a tool computes with, and how; used as a picocli mixin. Loads nothing of libtorch.
@HelpGroup("Model")
public final class ModelOptions {
  private static final Pattern HUB_NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");

  private static final int MOST_RANKS_PER_PROCESSOR = 4;

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

  @Option(
      names = {"--tp", "--tensor-parallel-size", "--tensor_parallel_size"},
      paramLabel = "N",
      description =
          "Share each layer among N ranks, threads of this process (default: model_parallel_size of"
              + " the CONFIG, else 1).")
  private @Nullable Integer tensorParallelSize;

  @Option(
      names = {"--pp", "--pipeline-parallel-size", "--pipeline_parallel_size"},
      paramLabel = "N",
      description =
          "Compute the layers in N stages, each on ranks of its own (default: pipe_parallel_size of"
              + " the CONFIG, else 1).")
  private @Nullable Integer pipelineParallelSize;

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
        .withQuantization(quantization)
        .withRanks(ranks(config));
  }

  /// Any checkpoint fits any number of ranks, so that those it was trained on do not matter.
  private Topology ranks(Optional<LoadedConfig> config) {
    Optional<ParallelConfig> configured = config.map(given -> given.config().parallel());
    Topology single = Topology.single();
    Topology ranks =
        new Topology(
            atLeastOne("--pipeline-parallel-size", pipelineParallelSize)
                .or(() -> configured.map(ParallelConfig::stages))
                .orElse(single.pipe()),
            single.data(),
            atLeastOne("--tensor-parallel-size", tensorParallelSize)
                .or(() -> configured.map(ParallelConfig::modelParallelSize))
                .orElse(single.tensor()));
    int most = MOST_RANKS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    if (ranks.worldSize() > most) {
      throw UserException.of(
          "%d stages of %d tensor-parallel ranks are more than this host carries (%d); set"
              + " --pipeline-parallel-size and --tensor-parallel-size",
          ranks.pipe(), ranks.tensor(), most);
    }
    return ranks;
  }

  private static Optional<Integer> atLeastOne(String option, @Nullable Integer given) {
    if (given != null && given < 1) {
      throw UserException.of("%s %d: expected at least 1", option, given);
    }
    return Optional.ofNullable(given);
  }

  /// CPU threads for [NativeRuntime#start].
  public int threads() {
    if (threads != null && threads < 1) {
      throw UserException.of("--threads %d: expected at least 1", threads);
    }
    return threads != null ? threads : NativeRuntime.defaultThreads();
  }
}
