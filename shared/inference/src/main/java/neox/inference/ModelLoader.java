package neox.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.config.model.HeadConfig.Output;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;

/// Opens trained models: checkpoints of GPT-NeoX or ours, and Hugging Face directories.
public final class ModelLoader {
  /// Opens the model in `directory`: a Hugging Face directory (with `config.json`), a
  /// `global_stepN` directory, or one that holds several and names the latest. Call
  /// [neox.tensor.NativeRuntime#start] first.
  public static LoadedModel open(Path directory, LoadOptions options) throws IOException {
    ModelOptions.requireDirectory(directory);
    return HfModel.isIn(directory)
        ? openHuggingFace(directory, options)
        : openCheckpoint(directory, options);
  }

  private static LoadedModel openHuggingFace(Path directory, LoadOptions options)
      throws IOException {
    if (options.iteration().isPresent()) {
      throw new UserException(
          directory + ": a Hugging Face directory has no iterations; leave --iteration out");
    }
    Tokenizer tokenizer = huggingFaceTokenizer(directory, options);
    try (HfModel store = HfModel.open(directory)) {
      if (options.config().isPresent() && !options.overridesArchitecture()) {
        store.requireTrainedAs(options.config().get());
      }
      Network network = load(store, NetworkSpec.of(store.config(), store.paddedVocab()), options);
      return loaded(directory, 0, tokenizer, network);
    }
  }

  private static Tokenizer huggingFaceTokenizer(Path directory, LoadOptions options) {
    Path json = directory.resolve("tokenizer.json");
    if (Files.exists(json)) {
      return Tokenizers.open("HFTokenizer", Optional.of(json), Optional.empty());
    }
    Path vocab = directory.resolve("vocab.json");
    Path merges = directory.resolve("merges.txt");
    if (Files.exists(vocab) && Files.exists(merges)) {
      return Tokenizers.open("GPT2BPETokenizer", Optional.of(vocab), Optional.of(merges));
    }
    return options
        .config()
        .map(given -> tokenizer(given.config().tokenizer(), directory))
        .orElseThrow(() ->
            new UserException(
                directory
                    + ": no tokenizer in it; expected tokenizer.json, or vocab.json with"
                    + " merges.txt, or name a configuration with tokenizer_type"));
  }

  private static LoadedModel openCheckpoint(Path directory, LoadOptions options)
      throws IOException {
    Path checkpoint = NeoxCheckpoint.resolve(directory, options.iteration());
    LoadedConfig loaded = config(checkpoint, options);
    NeoxConfig config = loaded.config();
    if (config.model().head().output() == Output.REWARD) {
      throw UserException.of(
          "%s: is a reward model (train_impl rm): it says how good a text is, not what comes next;"
              + " expected a language model",
          checkpoint);
    }
    Tokenizer tokenizer = tokenizer(config.tokenizer(), NeoxCheckpoint.configs(checkpoint));
    try (NeoxCheckpoint store = NeoxCheckpoint.open(directory, options.iteration(), config)) {
      store.requireAllOf(config.model());
      if (!options.overridesArchitecture()) {
        store.requireTrainedAs(loaded);
      }
      MergedModel merged = MergedModel.of(store, config.tuning());
      Network network = load(merged, NetworkSpec.of(config.model(), store.paddedVocab()), options);
      return loaded(checkpoint, store.iteration(), tokenizer, network);
    }
  }

  private static LoadedConfig config(Path checkpoint, LoadOptions options) throws IOException {
    if (options.config().isPresent()) {
      return options.config().get();
    }
    Path configs = NeoxCheckpoint.configs(checkpoint);
    if (!Files.isDirectory(configs)) {
      throw new UserException(
          checkpoint + ": no configs directory in it; name the run's configuration files");
    }
    return ConfigLoader.readCheckpoint(configs);
  }

  /// The tokenizer's files are where the configuration says, or else, when the run was made
  /// elsewhere, in `besides`.
  private static Tokenizer tokenizer(TokenizerConfig config, Path besides) {
    return Tokenizers.open(
        config.type(),
        config.vocabFile().map(file -> find(file, besides)),
        config.mergeFile().map(file -> find(file, besides)));
  }

  private static Path find(Path file, Path besides) {
    Path beside = besides.resolve(file.getFileName());
    return !Files.exists(file) && Files.exists(beside) ? beside : file;
  }

  private static Network load(TensorStore store, NetworkSpec spec, LoadOptions options) {
    Device device = Device.named(options.device());
    Placement placement = NetworkOptions.placement(device, options.precision());
    return Network.of(store, spec, NetworkOptions.inference(placement));
  }

  private static LoadedModel loaded(
      Path source, long iteration, Tokenizer tokenizer, Network network) {
    int rows = network.spec().paddedVocab();
    if (tokenizer.vocabSize() > rows) {
      network.close();
      throw UserException.of(
          "%s: the tokenizer has %d tokens, the model's embedding %d rows; this is not its"
              + " tokenizer",
          source, tokenizer.vocabSize(), rows);
    }
    return new LoadedModel(
        source, iteration, network.spec().config(), tokenizer, new NetworkLanguageModel(network));
  }

  private ModelLoader() {}
}
