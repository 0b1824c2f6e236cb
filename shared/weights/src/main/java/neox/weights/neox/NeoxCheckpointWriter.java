package neox.weights.neox;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import neox.base.Durability;
import neox.base.InOrder;
import neox.base.NamedFiles;
import neox.config.model.ModelConfig;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorCopier.Threads;
import neox.weights.pickle.None;
import neox.weights.pickle.OrderedDict;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// Writes one rank's part of a checkpoint as DeepSpeed lays it out, so that NeoX and its tools read
/// it. A network on one rank has one part.
///
/// Not atomic by itself: all ranks write into one temporary directory; when all have done so, one
/// renames it, then names it in [CheckpointNames#LATEST].
public final class NeoxCheckpointWriter {
  private static final String DEEPSPEED_VERSION = "0.16.5";

  /// A file to be written.
  ///
  /// @param root what is in it, its tensors among it
  private record TensorFile(String name, OrderedDict tensors, Object root) {
    boolean hasTensors() {
      return !tensors.entries().isEmpty();
    }
  }

  /// @param digests of its tensors
  private record WrittenFile(TensorFile file, IdentityHashMap<NamedTensor, String> digests) {}

  private final Path directory;
  private final Durability durability;
  private final CheckpointContent content;
  private final CheckpointPart part;

  /// The parameters asked for so far, of which some belong to several layers.
  private final Map<String, NamedTensor> views = new HashMap<>();

  /// Of the tensors in each file, by the key that they have there.
  private final Map<String, Map<String, String>> digests = new LinkedHashMap<>();

  private NeoxCheckpointWriter(Path directory, CheckpointContent content, Durability durability) {
    this.directory = directory;
    this.durability = durability;
    this.content = content;
    this.part = content.part();
  }

  /// Writes weights, state and configuration files into `directory`, which must exist.
  public static void write(Path directory, CheckpointContent content) throws IOException {
    write(directory, content, Durability.FORCED);
  }

  /// Writes weights, state and configuration files into `directory`, which must exist.
  public static void write(Path directory, CheckpointContent content, Durability durability)
      throws IOException {
    NeoxCheckpointWriter writer = new NeoxCheckpointWriter(directory, content, durability);
    Object module =
        switch (content.layout()) {
          case FILE_PER_LAYER -> writer.writeLayers();
          case FILE_PER_RANK -> writer.module();
        };
    writer.writeFile(
        new TensorFile(
            CheckpointNames.rankFile(content.part().modelRank()),
            module instanceof OrderedDict dict ? dict : new OrderedDict(Map.of()),
            writer.rankState(module)));
    CheckpointDigests.write(directory, content.part().modelRank(), writer.digests, durability);
    writer.writeConfigs();
  }

  /// The parameters in the order in which [#write] asks for their bytes; one that several files
  /// hold is asked for as often.
  public static List<String> order(CheckpointPart part, CheckpointContent.Layout layout) {
    List<String> order = new ArrayList<>();
    Set<String> asked = new HashSet<>();
    for (LayerSpec layer : part.layers()) {
      switch (layout) {
        case FILE_PER_LAYER -> asked.clear();
        case FILE_PER_RANK -> {}
      }
      for (ParameterSpec spec : layer.stored().values()) {
        if (part.network().isStored(spec) && asked.add(spec.key())) {
          order.add(spec.key());
        }
      }
    }
    return order;
  }

  private void writeConfigs() throws IOException {
    if (content.configs().isEmpty()) {
      return;
    }
    Path configs = Files.createDirectories(NeoxCheckpoint.configs(directory));
    for (Map.Entry<String, String> config : content.configs().entrySet()) {
      // Not by way of a hidden sibling, which ranks that are threads would take from each other.
      NamedFiles.writeString(configs.resolve(config.getKey()), config.getValue());
    }
  }

  /// Of a run, one file after the other: its weights' bytes may be made when their turn comes. What
  /// follows from other files, several at a time.
  private Object writeLayers() throws IOException {
    Iterable<TensorFile> files =
        () -> part.layers().stream().map(this::file).filter(TensorFile::hasTensors).iterator();
    switch (durability) {
      case FORCED -> {
        for (TensorFile file : files) {
          writeFile(file);
        }
      }
      case HANDED_OVER -> {
        try {
          InOrder.forEach(files, file -> write(file, Threads.CALLING), this::keep);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("interrupted while layers were written");
        }
      }
    }
    return None.NONE;
  }

  private TensorFile file(LayerSpec layer) {
    OrderedDict tensors = new OrderedDict(tensors(layer));
    return new TensorFile(
        CheckpointNames.layerFile(layer.index(), part.tensorRank()), tensors, tensors);
  }

  private void writeFile(TensorFile file) throws IOException {
    keep(write(file, Threads.OWN));
  }

  private WrittenFile write(TensorFile file, Threads copying) throws IOException {
    return new WrittenFile(
        file,
        TorchFileWriter.write(directory.resolve(file.name()), file.root(), durability, copying));
  }

  /// Keeps the digests of the tensors in a file.
  private void keep(WrittenFile written) {
    Map<String, String> ofFile = new LinkedHashMap<>();
    written
        .file()
        .tensors()
        .entries()
        .forEach((key, tensor) -> {
          if (tensor instanceof NamedTensor named) {
            ofFile.put(key, Objects.requireNonNull(written.digests().get(named)));
          }
        });
    if (!ofFile.isEmpty()) {
      digests.put(written.file().name(), ofFile);
    }
  }

  private Object module() {
    Map<String, NamedTensor> module = new LinkedHashMap<>();
    for (LayerSpec layer : part.layers()) {
      tensors(layer)
          .forEach(
              (name, view) -> module.put(RankTensors.PREFIX + layer.index() + "." + name, view));
    }
    return new OrderedDict(module);
  }

  private Map<String, NamedTensor> tensors(LayerSpec layer) {
    Map<String, NamedTensor> tensors = new LinkedHashMap<>();
    layer
        .stored()
        .forEach((name, spec) -> {
          if (part.network().isStored(spec)) {
            tensors.put(name, views.computeIfAbsent(spec.key(), key -> view(spec)));
          }
        });
    return tensors;
  }

  private NamedTensor view(ParameterSpec spec) {
    NamedTensor view = content.weights().apply(spec.key());
    Shape expected = Shards.local(spec, part.tensorRanks());
    if (!view.shape().equals(expected)) {
      throw new IllegalArgumentException(
          spec.key() + " has shape " + view.shape() + "; expected " + expected);
    }
    return view;
  }

  /// The top level of the rank's file: DeepSpeed's keys, then NeoX's.
  private Map<String, Object> rankState(Object module) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("module", module);
    state.put("buffer_names", List.of());
    for (String unused :
        List.of(
            "optimizer",
            "param_shapes",
            "frozen_param_shapes",
            "shared_params",
            "frozen_param_fragments",
            "lr_scheduler",
            "data_sampler",
            "random_ltd")) {
      state.put(unused, None.NONE);
    }
    state.put("sparse_tensor_module_names", List.of());
    state.put("skipped_steps", 0);
    state.put("global_steps", content.iteration());
    state.put("global_samples", content.samples());
    state.put("dp_world_size", part.replicas());
    state.put("mp_world_size", part.modelRanks());
    state.put("ds_config", Map.of());
    state.put("ds_version", DEEPSPEED_VERSION);
    state.put("iteration", content.iteration());
    state.put("args", args());
    state.putAll(content.state());
    return state;
  }

  /// What NeoX compares with its configuration before it loads.
  private Map<String, Object> args() {
    ModelConfig model = part.network().config();
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("num_layers", model.layers());
    args.put("hidden_size", model.hiddenSize());
    args.put("num_attention_heads", model.heads());
    args.put("max_position_embeddings", model.maxPositions());
    args.put("make_vocab_size_divisible_by", model.dims().vocabDivisor());
    args.put("padded_vocab_size", part.network().paddedVocab());
    args.put("tokenizer_type", content.tokenizerType());
    args.put("model_parallel_size", part.tensorRanks());
    return args;
  }
}
