package neox.weights.dcp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.Mapping;
import neox.weights.spec.NetworkSpec;

/// The model of a [DcpCheckpoint] under NeoX's names and in NeoX's row orders, whichever program
/// saved it: GPT-NeoX's names, those of transformers, torchtitan's Llama, or OLMo-core's where its
/// blocks are Llama's.
///
/// The files say nothing of heads, rotary positions or epsilons: the architecture is the caller's.
/// Opening checks every tensor against it.
public final class DcpModel implements TensorStore {
  private static final int MOST_KINDS = 8;

  private final DcpCheckpoint checkpoint;
  private final ModelConfig config;
  private final Naming naming;
  private final int paddedVocab;
  private final Map<String, Mapping> mappings = new LinkedHashMap<>();

  private DcpModel(DcpCheckpoint checkpoint, ModelConfig config) {
    this.checkpoint = checkpoint;
    this.config = config;
    this.naming =
        Naming.of(checkpoint.names(), config, checkpoint.directory())
            .orElseThrow(() ->
                UserException.of(
                    "%s: holds no model under names of GPT-NeoX, transformers, torchtitan or"
                        + " OLMo-core: none of its tensors is an embedding of theirs",
                    checkpoint.directory()));
    List<String> obstacles = naming.obstacles(config);
    if (!obstacles.isEmpty()) {
      throw UserException.of(
          "%s: its names are those of %s, which the configured network cannot be: %s",
          checkpoint.directory(), naming.program(), String.join("; ", obstacles));
    }
    this.paddedVocab = rows(naming.embedding());
  }

  /// Opens the model in `directory`; [UserException] when it is not a whole one of that
  /// architecture.
  public static DcpModel open(Path directory, ModelConfig config) throws IOException {
    DcpCheckpoint checkpoint = DcpCheckpoint.open(directory);
    boolean checked = false;
    try {
      DcpModel model = new DcpModel(checkpoint, config);
      if (model.naming instanceof Naming.OfLlama(LlamaNames names, _)
          && names.equals(LlamaNames.OLMO_CORE)) {
        OlmoBlock.requireLikeLlama(checkpoint.directory());
      }
      model.check();
      checked = true;
      return model;
    } finally {
      if (!checked) {
        checkpoint.close();
      }
    }
  }

  private int rows(String embedding) {
    Shape shape = checkpoint.shape(embedding);
    if (shape.rank() != 2 || shape.size(0) > Integer.MAX_VALUE) {
      throw UserException.of(
          "%s: %s has shape %s; expected a row for each token",
          checkpoint.directory(), embedding, shape);
    }
    return (int) shape.size(0);
  }

  private void check() throws IOException {
    Set<String> surplus = new LinkedHashSet<>();
    for (String name : checkpoint.names()) {
      if (name.startsWith(naming.prefix()) && !TrainingState.has(name)) {
        surplus.add(name);
      }
    }
    List<String> missing = new ArrayList<>();
    for (Mapping mapping : naming.mappings(NetworkSpec.of(config, paddedVocab))) {
      for (String name : mapping.tensors().keySet()) {
        if (!surplus.remove(naming.stored(name))) {
          missing.add(naming.stored(name));
        }
      }
      mappings.put(mapping.neox().key(), mapping);
    }
    requireComplete(missing);
    mappings.values().forEach(this::check);
    if (config.head().tied() && surplus.remove(naming.head())) {
      requireSame(naming.head(), naming.embedding());
    }
    requireNothingElse(surplus);
  }

  private void requireComplete(List<String> missing) {
    if (!missing.isEmpty()) {
      throw UserException.of(
          "%s: tensor %s of the configured network is not there%s; does the configuration belong to"
              + " this checkpoint?",
          directory(),
          missing.getFirst(),
          missing.size() == 1 ? "" : ", nor are %d others".formatted(missing.size() - 1));
    }
  }

  private void check(Mapping mapping) {
    Map<DType, String> types = new LinkedHashMap<>();
    mapping
        .tensors()
        .forEach((name, expected) -> {
          String stored = naming.stored(name);
          if (!checkpoint.shape(stored).equals(expected)) {
            throw UserException.of(
                "%s: tensor %s has shape %s; expected %s by the configuration",
                directory(), stored, checkpoint.shape(stored), expected);
          }
          types.put(checkpoint.dtype(stored), stored);
        });
    if (types.size() > 1) {
      throw UserException.of(
          "%s: tensors that belong together have different types: %s", directory(), types);
    }
    types.forEach((type, name) -> {
      if (!type.isFloatingPoint()) {
        throw UserException.of(
            "%s: tensor %s is %s; expected a floating-point type", directory(), name, type);
      }
    });
  }

  private void requireSame(String head, String embedding) throws IOException {
    if (!checkpoint.tensor(embedding).isSameAs(checkpoint.tensor(head))) {
      throw UserException.of(
          "%s: %s differs from %s, which is the same parameter where embedding and head are"
              + " tied; set no_weight_tying: true if they are not",
          directory(), head, embedding);
    }
  }

  private void requireNothingElse(Set<String> surplus) {
    if (!surplus.isEmpty()) {
      Set<String> kinds = new LinkedHashSet<>();
      surplus.forEach(name -> kinds.add(name.replaceAll("(^|\\.)\\d+\\.", "$1N.")));
      throw UserException.of(
          "%s: holds %d tensors that %s of the configured network has not: %s%s",
          directory(),
          surplus.size(),
          naming.program(),
          String.join(", ", kinds.stream().limit(MOST_KINDS).toList()),
          kinds.size() > MOST_KINDS ? ", …" : "");
    }
  }

  public ModelConfig config() {
    return config;
  }

  /// Rows of the embedding.
  public int paddedVocab() {
    return paddedVocab;
  }

  /// Where the checkpoint lies.
  public Path directory() {
    return checkpoint.directory();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(mappings.keySet());
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    return mapping(name).toNeox(this::stored);
  }

  @Override
  public DType dtype(String name) {
    String first = mapping(name).tensors().keySet().iterator().next();
    return checkpoint.dtype(naming.stored(first));
  }

  private Mapping mapping(String name) {
    Mapping mapping = mappings.get(name);
    if (mapping == null) {
      throw new IllegalArgumentException(directory() + ": no parameter " + name);
    }
    return mapping;
  }

  private LazyTensor stored(String name) {
    return naming.ordered(name, checkpoint.tensor(naming.stored(name)), config);
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
