package neox.inference.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.config.model.HeadConfig.Output;
import neox.config.pipeline.PartitionMethod;
import neox.inference.LanguageModel;
import neox.inference.NetworkLanguageModel;
import neox.inference.ranks.RankFit;
import neox.inference.ranks.ThreadedModel;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tensor.kernel.RowProduct;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.tokenizer.special.TextBounds;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.Reading;
import neox.weights.spec.NetworkSpec;
import org.jspecify.annotations.Nullable;

/// Opens trained models: checkpoints of GPT-NeoX or ours, and Hugging Face directories.
public final class ModelLoader {
  /// A network, and after how many steps of training.
  private record Trained(Network network, long iteration) {}

  /// Opens the model in `directory`: a Hugging Face directory (with `config.json`), a
  /// `global_stepN` directory, or one that holds several and names the latest. Call
  /// [neox.tensor.NativeRuntime#start] first.
  public static LoadedModel open(Path directory, LoadOptions options) throws IOException {
    ModelOptions.requireDirectory(directory);
    Tokenizer tokenizer = tokenizer(directory, options);
    TextBounds bounds = bounds(directory, tokenizer);
    Path source =
        HfModel.isIn(directory)
            ? directory
            : NeoxCheckpoint.resolve(directory, options.iteration());
    if (options.ranks().equals(Topology.single())) {
      Trained trained = trained(source, options, UnaryOperator.identity(), Ranks.single());
      LanguageModel model = new NetworkLanguageModel(trained.network(), source.toString());
      return loaded(source, tokenizer, bounds, trained, model);
    }
    requireMainMemory(options);
    AtomicReference<@Nullable Trained> first = new AtomicReference<>();
    LanguageModel model =
        ThreadedModel.start(
            options.ranks(),
            source.toString(),
            ranks -> {
              Trained trained = trained(source, options, UnaryOperator.identity(), ranks);
              if (ranks.isFirstOfAll()) {
                first.set(trained);
              }
              return trained.network();
            });
    return loaded(source, tokenizer, bounds, Objects.requireNonNull(first.get()), model);
  }

  private static void requireMainMemory(LoadOptions options) {
    if (!(Device.named(options.device()) instanceof Device.Cpu)) {
      throw UserException.of(
          "%d ranks on %s: several ranks compute on cpu alone; leave --tensor-parallel-size and"
              + " --pipeline-parallel-size out",
          options.ranks().worldSize(), options.device());
    }
  }

  private static Trained trained(
      Path source, LoadOptions options, UnaryOperator<TensorStore> change, Ranks ranks)
      throws IOException {
    return HfModel.isIn(source)
        ? huggingFace(source, options, change, ranks)
        : checkpoint(source, options, change, ranks);
  }

  /// The network of the model in `directory`, for who needs no tokenizer.
  ///
  /// @param change what becomes of the stored weights before they are loaded
  public static Network network(
      Path directory, LoadOptions options, UnaryOperator<TensorStore> change) throws IOException {
    ModelOptions.requireDirectory(directory);
    Path source =
        HfModel.isIn(directory)
            ? directory
            : NeoxCheckpoint.resolve(directory, options.iteration());
    return trained(source, options, change, Ranks.single()).network();
  }

  /// The tokenizer of the model in `directory`.
  public static Tokenizer tokenizer(Path directory, LoadOptions options) throws IOException {
    ModelOptions.requireDirectory(directory);
    if (HfModel.isIn(directory)) {
      refuseOptionsOfNeox(directory, options);
      return huggingFaceTokenizer(directory, options);
    }
    Path checkpoint = NeoxCheckpoint.resolve(directory, options.iteration());
    NeoxConfig config = config(checkpoint, options).config();
    refuseReward(checkpoint, config);
    return tokenizer(config.tokenizer(), NeoxCheckpoint.configs(checkpoint));
  }

  /// Where texts begin and end: for GPT-NeoX with `<|endoftext|>`, if the tokenizer has that.
  private static TextBounds bounds(Path directory, Tokenizer tokenizer) throws IOException {
    if (HfModel.isIn(directory)) {
      return TextBounds.declaredIn(directory, tokenizer);
    }
    return tokenizer.eod().isPresent()
        ? TextBounds.ofDocuments(tokenizer)
        : TextBounds.besideFilesOf(tokenizer);
  }

  private static void refuseOptionsOfNeox(Path directory, LoadOptions options) {
    if (options.iteration().isPresent()) {
      throw new UserException(
          directory + ": a Hugging Face directory has no iterations; leave --iteration out");
    }
    switch (options.weights()) {
      case MODEL -> {}
      case MASTERS, EMA ->
          throw UserException.of(
              "%s: a Hugging Face directory holds the weights of the model alone; leave --ema out",
              directory);
    }
  }

  private static void refuseReward(Path checkpoint, NeoxConfig config) {
    if (config.model().head().output() == Output.REWARD) {
      throw UserException.of(
          "%s: is a reward model (train_impl rm): it says how good a text is, not what comes next;"
              + " expected a language model",
          checkpoint);
    }
  }

  private static Trained huggingFace(
      Path directory, LoadOptions options, UnaryOperator<TensorStore> change, Ranks ranks)
      throws IOException {
    refuseOptionsOfNeox(directory, options);
    HfModel store = HfModel.open(directory);
    return owning(
        store,
        () -> {
          if (options.config().isPresent() && !options.overridesArchitecture()) {
            store.requireTrainedAs(options.config().get());
          }
          NetworkSpec spec = NetworkSpec.of(store.config(), store.paddedVocab());
          return new Trained(load(change.apply(store), spec, options, ranks), 0);
        });
  }

  /// What can fail like the files that it reads.
  private interface Loading {
    Trained load() throws IOException;
  }

  /// Has the network keep the store open whose memory lies under its parameters.
  private static Trained owning(TensorStore store, Loading loading) throws IOException {
    boolean owned = false;
    try {
      Trained trained = loading.load();
      trained.network().closeWith(store);
      owned = true;
      return trained;
    } finally {
      if (!owned) {
        store.close();
      }
    }
  }

  private static Tokenizer huggingFaceTokenizer(Path directory, LoadOptions options) {
    return Tokenizers.inHuggingFace(directory)
        .or(() -> options.config().map(given -> tokenizer(given.config().tokenizer(), directory)))
        .orElseThrow(() ->
            new UserException(
                directory
                    + ": no tokenizer in it; expected tokenizer.json, vocab.json with merges.txt,"
                    + " or tokenizer.model, or name a configuration with tokenizer_type"));
  }

  private static Trained checkpoint(
      Path checkpoint, LoadOptions options, UnaryOperator<TensorStore> change, Ranks ranks)
      throws IOException {
    LoadedConfig loaded = config(checkpoint, options);
    NeoxConfig config = loaded.config();
    refuseReward(checkpoint, config);
    Reading reading = Reading.PLAIN.withWeights(options.weights());
    NeoxCheckpoint store = NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), config, reading);
    return owning(
        store,
        () -> {
          store.requireAllOf(config.model());
          if (!options.overridesArchitecture()) {
            store.requireTrainedAs(loaded);
          }
          MergedModel merged = MergedModel.of(store, config.tuning());
          NetworkSpec spec = NetworkSpec.of(config.model(), store.paddedVocab());
          return new Trained(load(change.apply(merged), spec, options, ranks), store.iteration());
        });
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

  private static Network load(
      TensorStore store, NetworkSpec spec, LoadOptions options, Ranks ranks) {
    PartitionMethod method =
        options
            .config()
            .map(given -> given.config().parallel().partitionMethod())
            .orElse(PartitionMethod.BLOCKS);
    Topology topology = ranks.topology();
    new RankFit(spec, method, topology).check();
    Device device = Device.named(options.device());
    Placement placement = NetworkOptions.placement(device, options.precision());
    if (options.rows() == NetworkOptions.Rows.CONSTANT) {
      requireRowsAlone(spec);
    }
    NetworkOptions network =
        NetworkOptions.inference(placement)
            .withMemory(NetworkOptions.Memory.STORED)
            .withQuantization(options.quantization())
            .withRows(options.rows())
            .withTensorParallel(ranks.tensorParallel())
            .withPipelineParallel(ranks.pipelineParallel());
    return Network.of(
        store,
        spec,
        spec.stages(method, topology.pipe(), topology.tensor()).get(ranks.pipe().rank()),
        network);
  }

  private static void requireRowsAlone(NetworkSpec spec) {
    if (!RowProduct.isFast()) {
      throw new UserException(
          "this processor, or this JVM, has no vectors of 256 bits, without which rows cannot be"
              + " computed one by one; leave out --deterministic");
    }
    if (!spec.config().gmlps().isEmpty()) {
      throw new UserException(
          "gMLP blocks mix all places of a text in one product, which cannot be computed token by"
              + " token; leave out --deterministic");
    }
  }

  private static LoadedModel loaded(
      Path source, Tokenizer tokenizer, TextBounds bounds, Trained trained, LanguageModel model) {
    NetworkSpec spec = trained.network().spec();
    try {
      requireRows(source, tokenizer, spec.paddedVocab());
    } catch (UserException e) {
      model.close();
      throw e;
    }
    return new LoadedModel(source, trained.iteration(), spec.config(), tokenizer, bounds, model);
  }

  /// Tokens that were added, such as for padding, may have no row, as with transformers; a text
  /// with one of them is refused when it comes. Without rows for the vocabulary itself it is
  /// another model's.
  private static void requireRows(Path source, Tokenizer tokenizer, int rows) {
    boolean added =
        IntStream.range(rows, tokenizer.vocabSize())
            .allMatch(id -> tokenizer.isAdded(id) || !tokenizer.has(id));
    if (!added) {
      throw UserException.of(
          "%s: the tokenizer has %d tokens, the model's embedding %d rows; this is not its"
              + " tokenizer",
          source, tokenizer.vocabSize(), rows);
    }
  }

  private ModelLoader() {}
}
