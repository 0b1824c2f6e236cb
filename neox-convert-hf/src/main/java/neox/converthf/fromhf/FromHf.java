package neox.converthf.fromhf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.config.model.Architecture;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.converthf.written.WrittenTensors;
import neox.weights.TensorStore;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointLayout;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.LayoutWriter;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;

/// A model of transformers on its way into a checkpoint of NeoX: the weights for any number of
/// ranks, the tokenizer, and a configuration with which a run goes on training them.
public final class FromHf {
  private final Path origin;
  private final NetworkSpec model;
  private final FromHfOptions options;
  private final NeoxTokenizer tokenizer;
  private final PaddedRows vocabulary;

  /// @param origin the directory of the model
  /// @param model its network
  public FromHf(Path origin, NetworkSpec model, FromHfOptions options) {
    this.origin = origin;
    this.model = model;
    this.options = options;
    this.tokenizer = NeoxTokenizer.find(origin, options.tokenizer());
    this.vocabulary =
        PaddedRows.of(
            model.paddedVocab(), tokenizer.tokens(), options.tensorRanks(), options.vocabDivisor());
  }

  /// Writes `global_step0`, the file that names it, and the tokenizer.
  ///
  /// @param weights of the network
  /// @param directory where to write
  /// @param last what that will be called in the end, which the configuration says
  /// @return what was made, in a few words
  public String write(TensorStore weights, Path directory, Path last, Console console)
      throws IOException {
    RunConfiguration configuration = configuration(weights, last.toAbsolutePath().normalize());
    NeoxYaml yaml =
        configuration.yaml(
            "The model of %s, in NeoX's layout. Its weights are in %s."
                .formatted(origin, configuration.checkpoint()),
            configuration.loading());
    NeoxConfig config = configuration.read(yaml);
    requireSameNetwork(config.model());
    NetworkSpec network = NetworkSpec.of(config.model(), vocabulary.rows());
    CheckpointLayout layout = CheckpointLayout.of(config.parallel());
    String name = CheckpointNames.directory(0);
    try (WrittenTensors tensors =
        new WrittenTensors(
            new NeoxParameters(weights, network, options.dtype()),
            network,
            layout.tensorRanks(),
            console)) {
      LayoutWriter.write(
          Files.createDirectory(directory.resolve(name)),
          new CheckpointContent(
              CheckpointPart.whole(network),
              tokenizer.config().type(),
              0,
              0,
              layout.files(),
              tensors,
              Map.of(),
              Map.of(configuration.file(), yaml.text())),
          layout);
    }
    if (options.keepTokenizer()) {
      tokenizer.copy(origin, directory.resolve(NeoxTokenizer.DIRECTORY));
    }
    NamedFiles.writeString(directory.resolve(CheckpointNames.LATEST), name);
    warn(config.model(), console);
    return summary(network);
  }

  /// The configuration that [#write] has written.
  ///
  /// @param directory what was written, under its last name
  public static Path configurationFile(Path directory) {
    Path checkpoint = directory.resolve(CheckpointNames.directory(0));
    return NeoxCheckpoint.configs(checkpoint).resolve(RunConfiguration.file(directory));
  }

  private RunConfiguration configuration(TensorStore weights, Path last) {
    TokenizerConfig files =
        options.keepTokenizer()
            ? tokenizer.in(last.resolve(NeoxTokenizer.DIRECTORY))
            : tokenizer.config();
    return new RunConfiguration(
        NeoxNetwork.of(model.config(), vocabulary.divisor()),
        origin.resolve("config.json"),
        options,
        last,
        files,
        NeoxNetwork.precision(
            options.dtype().orElseGet(() -> weights.dtype(NeoxNetwork.EMBEDDING))));
  }

  /// What the configuration says must be what the model is, or every number would be another.
  private void requireSameNetwork(ModelConfig read) {
    List<Architecture.Difference> differences =
        Architecture.of(model.config()).differences(Architecture.of(read));
    if (!differences.isEmpty()) {
      throw new IllegalStateException("the configuration is another network's: " + differences);
    }
  }

  private void warn(ModelConfig network, Console console) {
    if (network.positions() instanceof Positions.Rotary(_, _, RotaryScaling scaling)
        && !(scaling instanceof RotaryScaling.None)) {
      console.warn(
          "rope_scaling is a key of neox-train: GPT-NeoX itself does not scale rotary positions");
    }
    int more = vocabulary.rows() - model.paddedVocab();
    if (more > 0) {
      console.warn(
          "the vocabulary has %d rows now, %d more than the model: zeros, which no token means",
          vocabulary.rows(), more);
    }
  }

  private String summary(NetworkSpec network) {
    return String.format(
        Locale.ROOT,
        "a checkpoint of NeoX with %,d parameters; model_parallel_size %d, pipe_parallel_size %d,"
            + " make_vocab_size_divisible_by %d",
        network.parameterCount(),
        options.tensorRanks(),
        options.pipeParallelSize(),
        vocabulary.divisor());
  }
}
