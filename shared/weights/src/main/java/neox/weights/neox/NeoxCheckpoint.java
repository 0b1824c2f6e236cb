package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.TuningConfig;
import neox.config.model.ModelConfig;
import neox.weights.Integrity;
import neox.weights.LazyTensor;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// One checkpoint of GPT-NeoX (or of ours) as a whole-model store.
///
/// Names are [ParameterSpec#key]; tensor-parallel shards come joined; both ways to lay out files
/// (one per layer, one per rank) and the names of all generations are read. Opening checks every
/// tensor against the parameter table: a missing, surplus or misshapen one is an error that names
/// the file and the key.
public final class NeoxCheckpoint implements TensorStore {
  private static final long MOST_STEPS = 1L << 48;

  private final Path directory;
  private final CheckpointFiles files;
  private final List<RankTensors> ranks;
  private final Map<String, ParameterSpec> table = new LinkedHashMap<>();
  private final ModelConfig model;
  private final int paddedVocab;
  private final Optional<TensorStore> base;
  private final Reading reading;

  /// Opened when all else is.
  private Optional<WideWeights> wide = Optional.empty();

  /// @param tuning says which parameters are adapters, which alone are in the files where there is
  ///   a base
  /// @param base the model that is adapted, which the checkpoint owns
  private NeoxCheckpoint(
      Path directory,
      ModelConfig model,
      TuningConfig tuning,
      Optional<TensorStore> base,
      Reading reading)
      throws IOException {
    this.directory = directory;
    this.base = base;
    this.reading = reading;
    this.files = new CheckpointFiles(directory, reading.integrity());
    this.ranks = files.ranks();
    boolean read = false;
    try {
      files.read();
      ranks.forEach(rank -> new TransformerEngine(rank, model).translate());
      StoredNetwork stored = network();
      this.model = stored.of(model);
      stored.requireOneFormula(this.model);
      this.paddedVocab = base.isPresent() ? embeddingRows(base.get()) : stored.embeddingRows();
      NetworkSpec network = NetworkSpec.of(this.model, paddedVocab, tuning);
      network.parameters().forEach(spec -> table.put(spec.key(), spec));
      Map<String, ParameterSpec> here = new LinkedHashMap<>(table);
      here.values().removeIf(spec -> !network.isStored(spec));
      new CompletenessCheck(directory, files).run(network);
      new ParameterCheck(directory, ranks, here).run();
      switch (reading.weights()) {
        case MODEL -> {}
        case MASTERS -> this.wide = Optional.of(MasterWeights.open(this));
        case EMA -> this.wide = Optional.of(EmaWeights.open(directory, storedParameters()));
      }
      read = true;
    } finally {
      if (!read) {
        close();
      }
    }
  }

  /// Opens the checkpoint in `directory`: a `global_stepN` directory itself, or one that holds
  /// several and names one in `latest`. The architecture is what its saved configuration says.
  ///
  /// @param iteration which one to take, instead of the latest
  public static NeoxCheckpoint open(Path directory, OptionalLong iteration) throws IOException {
    Path checkpoint = resolve(directory, iteration);
    Path configs = configs(checkpoint);
    if (!Files.isDirectory(configs)) {
      throw new UserException(
          checkpoint + ": no configs directory in it; name the run's configuration files");
    }
    return open(checkpoint, OptionalLong.empty(), ConfigLoader.readCheckpoint(configs).config());
  }

  /// Opens the checkpoint in `directory` with a configuration from elsewhere. Where that has
  /// adapters, the files hold these alone; the other parameters are those of the model that they
  /// adapt, which is opened, too. See [MergedModel].
  public static NeoxCheckpoint open(Path directory, OptionalLong iteration, NeoxConfig config)
      throws IOException {
    return open(directory, iteration, config, Reading.PLAIN);
  }

  /// The same.
  ///
  /// @param reading which weights, and how carefully
  public static NeoxCheckpoint open(
      Path directory, OptionalLong iteration, NeoxConfig config, Reading reading)
      throws IOException {
    Path checkpoint = resolve(directory, iteration);
    if (config.tuning().lora().isEmpty()) {
      return new NeoxCheckpoint(
          checkpoint, config.model(), TuningConfig.ALL, Optional.empty(), reading);
    }
    TensorStore base = AdaptedModel.open(checkpoint, config);
    boolean opened = false;
    try {
      NeoxCheckpoint adapters =
          new NeoxCheckpoint(
              checkpoint, config.model(), config.tuning(), Optional.of(base), reading);
      opened = true;
      return adapters;
    } finally {
      if (!opened) {
        base.close();
      }
    }
  }

  /// Opens the checkpoint in `directory` with a configuration from elsewhere.
  ///
  /// @param model the architecture it must have
  public static NeoxCheckpoint open(Path directory, OptionalLong iteration, ModelConfig model)
      throws IOException {
    return new NeoxCheckpoint(
        resolve(directory, iteration), model, TuningConfig.ALL, Optional.empty(), Reading.PLAIN);
  }

  /// The `global_stepN` directory that `directory` and `iteration` mean.
  public static Path resolve(Path directory, OptionalLong iteration) throws IOException {
    return CheckpointDirectory.resolve(directory, iteration);
  }

  /// The last checkpoints that lie in a directory, oldest first; [UserException] when there are
  /// fewer.
  public static List<Path> last(Path directory, int count) throws IOException {
    return CheckpointDirectory.last(directory, count);
  }

  /// The configuration files saved with the checkpoint in `directory`.
  public static Path configs(Path directory) {
    return directory.resolve("configs");
  }

  /// The `global_stepN` directory.
  public Path directory() {
    return directory;
  }

  /// The saved configuration files.
  public Path configs() {
    return configs(directory);
  }

  /// Steps trained so far; from the checkpoint itself, else from the directory's name.
  public long iteration() {
    for (String key : List.of("iteration", "total_iters")) {
      if (files.clientState().get(key) instanceof Long iteration) {
        if (iteration < 0 || iteration > MOST_STEPS) {
          throw UserException.of(
              "%s: %s %d is no number of steps", files.stateFile(), key, iteration);
        }
        return iteration;
      }
    }
    return CheckpointDirectory.step(directory)
        .orElseThrow(() -> new UserException(directory + ": its iteration is not recorded"));
  }

  /// The architecture it was opened with; a language model's where it holds one and a reward model
  /// was asked for.
  public ModelConfig config() {
    return model;
  }

  /// [UserException] when `configured` describes another network than the one that the checkpoint
  /// says its weights were trained as, though every tensor fits. Whoever opens a checkpoint with a
  /// configuration from elsewhere asks this, unless its user overrides it.
  public void requireTrainedAs(LoadedConfig configured) throws IOException {
    new TrainedAs(configs(), clientState(), files.stateFile()).require(configured);
  }

  /// Over how many ranks the network was split.
  public int tensorParallelSize() {
    return ranks.size();
  }

  /// Whether each layer has files of its own: GPT-NeoX writes them so with `pipe_parallel_size` 1
  /// and more.
  boolean isLayered() {
    return files.isLayered();
  }

  /// The parameters, each once.
  Collection<ParameterSpec> parameters() {
    return table.values();
  }

  /// The keys of what the first tensor-parallel rank holds, in the order of its files.
  Set<String> storedKeys() {
    return ranks.getFirst().keys();
  }

  /// What its files say about the network.
  StoredNetwork network() {
    return new StoredNetwork(directory, files);
  }

  /// Those of [#parameters] that its own files hold: adapters alone, where it adapts a model.
  Collection<ParameterSpec> storedParameters() {
    return table.values().stream().filter(spec -> !isElsewhere(spec.key())).toList();
  }

  /// Whether its bytes are compared with their checksums.
  Integrity integrity() {
    return reading.integrity();
  }

  /// Rows of the embedding.
  public int paddedVocab() {
    return paddedVocab;
  }

  /// Everything but the weights that rank 0 stored: iteration, args, learning-rate schedule, random
  /// states, as plain values (see `neox.weights.pickle`); empty when that file is not there.
  public Map<String, Object> clientState() {
    return Collections.unmodifiableMap(files.clientState());
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(table.keySet());
  }

  /// A view of the mapped file, or a joined copy when there are several ranks.
  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    ParameterSpec spec = table.get(name);
    if (spec == null) {
      throw new IllegalArgumentException(directory + ": no parameter " + name);
    }
    return wide.isPresent() ? wide.get().tensor(spec, stored(spec)) : stored(spec);
  }

  private LazyTensor stored(ParameterSpec spec) {
    String name = spec.key();
    if (isElsewhere(name)) {
      return base.orElseThrow().tensor(name);
    }
    List<LazyTensor> pieces =
        ranks.stream().map(rank -> rank.find(name).orElseThrow().tensor()).toList();
    return Shards.joined(spec, pieces);
  }

  private static int embeddingRows(TensorStore base) {
    String key = NetworkSpec.EMBEDDING + ".word_embeddings.weight";
    return Math.toIntExact(base.tensor(key).shape().size(0));
  }

  private boolean isElsewhere(String name) {
    return base.isPresent() && !TuningConfig.isAdapter(name);
  }

  @Override
  public void close() {
    wide.ifPresent(WideWeights::close);
    files.close();
    base.ifPresent(AdaptedModel::close);
  }

  /// Refuses a configuration that describes parts which only training would add: a soft prompt, or
  /// the head of a reward model, of which there is none here.
  public void requireAllOf(ModelConfig configured) {
    network().requireAllOf(model, configured);
  }
}
