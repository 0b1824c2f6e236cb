package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.TuningConfig;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.weights.LazyTensor;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.neox.RankTensors.Stored;
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

  /// @param tuning says which parameters are adapters, which alone are in the files where there is
  ///   a base
  /// @param base the model that is adapted, which the checkpoint owns
  private NeoxCheckpoint(
      Path directory, ModelConfig model, TuningConfig tuning, Optional<TensorStore> base)
      throws IOException {
    this.directory = directory;
    this.base = base;
    this.files = new CheckpointFiles(directory);
    this.ranks = files.ranks();
    boolean read = false;
    try {
      files.read();
      this.model = stored(model);
      requireOneFormula();
      this.paddedVocab = embeddingRows();
      NetworkSpec network = NetworkSpec.of(this.model, paddedVocab, tuning);
      network.parameters().forEach(spec -> table.put(spec.key(), spec));
      Map<String, ParameterSpec> here = new LinkedHashMap<>(table);
      here.values().removeIf(spec -> !network.isStored(spec));
      new CompletenessCheck(directory, files).run(network);
      new ParameterCheck(directory, ranks, here).run();
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
    Path checkpoint = resolve(directory, iteration);
    if (config.tuning().lora().isEmpty()) {
      return new NeoxCheckpoint(checkpoint, config.model(), TuningConfig.ALL, Optional.empty());
    }
    TensorStore base = AdaptedModel.open(checkpoint, config);
    boolean opened = false;
    try {
      NeoxCheckpoint adapters =
          new NeoxCheckpoint(checkpoint, config.model(), config.tuning(), Optional.of(base));
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
        resolve(directory, iteration), model, TuningConfig.ALL, Optional.empty());
  }

  /// The `global_stepN` directory that `directory` and `iteration` mean.
  public static Path resolve(Path directory, OptionalLong iteration) throws IOException {
    return CheckpointDirectory.resolve(directory, iteration);
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

  /// [UserException] where parameters were put together when they were read, so that the optimizer
  /// of their time knew others.
  void requireStoredAsNamed(OptimizerPart optimizer) {
    for (String key : storedKeys()) {
      Stored stored = ranks.getFirst().find(key).orElseThrow();
      if (stored.key().endsWith("mlp.w1.weight")) {
        throw optimizer.refuse(
            "is that of LLaMA blocks of 2023 (%s), which is not read", stored.key());
      }
    }
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
    if (isElsewhere(name)) {
      return base.orElseThrow().tensor(name);
    }
    List<LazyTensor> pieces =
        ranks.stream().map(rank -> rank.find(name).orElseThrow().tensor()).toList();
    return Shards.joined(spec, pieces);
  }

  private boolean isElsewhere(String name) {
    return base.isPresent() && !TuningConfig.isAdapter(name);
  }

  @Override
  public void close() {
    files.close();
    base.ifPresent(AdaptedModel::close);
  }

  /// Refuses a configuration that describes parts which only training would add: a soft prompt, or
  /// the head of a reward model, of which there is none here.
  public void requireAllOf(ModelConfig configured) {
    if (configured.prompt().isPresent() && model.prompt().isEmpty()) {
      throw UserException.of(
          "%s: has no soft prompt, but soft_prompt_tuning.enabled asks for one; expected a"
              + " checkpoint of neox-train with it, or set soft_prompt_tuning.enabled to false",
          directory);
    }
    if (configured.head().output() != model.head().output()) {
      throw UserException.of(
          "%s: holds a language model, but train_impl asks for a reward model; expected a checkpoint"
              + " of neox-train with train_impl rm",
          directory);
    }
  }

  /// The network that is stored: where a reward model is to begin with a language model's weights,
  /// it is that.
  private ModelConfig stored(ModelConfig configured) {
    ModelConfig wanted =
        configured.prompt().isEmpty() || has(NetworkSpec.PROMPT_KEY)
            ? configured
            : configured.withPrompt(Optional.empty());
    int head = wanted.layers() + 4 + (wanted.prompt().isPresent() ? 1 : 0);
    boolean reward = wanted.head().output() == HeadConfig.Output.REWARD;
    if (!reward || has(head + ".rm_linear.weight")) {
      return wanted;
    }
    return wanted.withHead(new HeadConfig(!has(head + ".final_linear.weight")));
  }

  private void requireOneFormula() {
    if (ranks.size() > 1 && model.normsHeadsTogether()) {
      throw UserException.of(
          "%s: use_qk_layernorm with norm %s was trained on %d tensor-parallel ranks, each of which"
              + " normed its own heads together; joined, the weights would compute something else",
          directory, model.norm().name().toString().toLowerCase(Locale.ROOT), ranks.size());
    }
  }

  private boolean has(String key) {
    return !ranks.isEmpty() && ranks.getFirst().find(key).isPresent();
  }

  private int embeddingRows() throws IOException {
    String key = NetworkSpec.EMBEDDING + ".word_embeddings.weight";
    if (base.isPresent()) {
      return Math.toIntExact(base.get().tensor(key).shape().size(0));
    }
    new CompletenessCheck(directory, files).requireLayer(NetworkSpec.EMBEDDING);
    long rows = 0;
    for (RankTensors rank : ranks) {
      Stored stored = rank.find(key).orElseThrow(() -> ParameterCheck.missing(directory, key));
      if (stored.shape().rank() == 0) {
        throw UserException.of("%s: %s is one number, no table", stored.file(), stored.key());
      }
      rows = Math.addExact(rows, stored.shape().size(0));
    }
    if (rows > Integer.MAX_VALUE) {
      throw UserException.of("%s: %s has %d rows, too many", directory, key, rows);
    }
    return (int) rows;
  }
}
