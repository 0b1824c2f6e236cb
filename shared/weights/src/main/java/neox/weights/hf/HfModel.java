package neox.weights.hf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.config.ArchitectureCheck;
import neox.config.LoadedConfig;
import neox.config.model.Architecture;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.NetworkSpec;

/// A Hugging Face directory of a model of any [HfFamily] under NeoX's names and in NeoX's row
/// orders ([neox.weights.spec.ParameterSpec#key]).
///
/// Reads safetensors, single or sharded, and `pytorch_model.bin`. Opening checks every tensor
/// against the parameter table.
public final class HfModel implements TensorStore {
  private final Path directory;
  private final HfConfig config;
  private final HfWeights weights;
  private final Map<String, Mapping> mappings = new LinkedHashMap<>();

  private HfModel(Path directory, HfConfig config, HfWeights weights) {
    this.directory = directory;
    this.config = config;
    this.weights = weights;
  }

  /// Opens the model in `directory`; [UserException] when it is not a complete model of a known
  /// family.
  public static HfModel open(Path directory) throws IOException {
    requireIn(directory);
    HfConfig config = HfConfig.read(directory);
    HfModel model = new HfModel(directory, config, HfWeights.open(directory, config.family()));
    boolean checked = false;
    try {
      model.check();
      checked = true;
      return model;
    } finally {
      if (!checked) {
        model.close();
      }
    }
  }

  /// [UserException] when `directory` does not look like a Hugging Face model.
  public static void requireIn(Path directory) {
    if (!isIn(directory)) {
      throw new UserException(directory + ": not a Hugging Face model: no config.json in it");
    }
  }

  /// True when `directory` looks like a Hugging Face model.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(HfConfig.FILE));
  }

  public HfFamily family() {
    return config.family();
  }

  public ModelConfig config() {
    return config.model();
  }

  /// [UserException] when `configured` describes another network than `config.json` does.
  public void requireTrainedAs(LoadedConfig configured) {
    Path file = directory.resolve(HfConfig.FILE);
    ArchitectureCheck.requireSame(configured, Architecture.of(config()), key -> file.toString());
  }

  /// Rows of the embedding.
  public int paddedVocab() {
    return config.vocabSize();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(mappings.keySet());
  }

  /// A view of the file; joined in new memory where HF keeps apart what NeoX has in one.
  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    return mapping(name).toNeox(weights::tensor);
  }

  private Mapping mapping(String name) {
    Mapping mapping = mappings.get(name);
    if (mapping == null) {
      throw new IllegalArgumentException(directory + ": no parameter " + name);
    }
    return mapping;
  }

  @Override
  public void close() throws IOException {
    weights.close();
  }

  private void check() throws IOException {
    HfFamily family = config.family();
    NetworkSpec network = NetworkSpec.of(config.model(), config.vocabSize());
    List<Mapping> all = family.mappings(network);
    if (config.model().head().tied()) {
      weights.tieHead(all.getFirst().tensors().keySet().iterator().next());
    }
    Set<String> surplus = new LinkedHashSet<>(weights.names());
    for (Mapping mapping : all) {
      mapping
          .tensors()
          .forEach((name, shape) -> {
            if (!surplus.remove(name)) {
              throw UserException.of("%s: tensor %s is missing", directory, name);
            }
            check(name, shape);
          });
      requireOneType(mapping);
      mappings.put(mapping.neox().key(), mapping);
    }
    if (!surplus.isEmpty()) {
      throw UserException.of(
          "%s: tensor %s is not a parameter of %s",
          directory, weights.inFile(surplus.iterator().next()), family.label());
    }
  }

  private void check(String name, Shape expected) {
    LazyTensor view = weights.tensor(name);
    if (!view.dtype().isFloatingPoint()) {
      throw UserException.of(
          "%s: %s is %s; expected a floating-point type",
          directory, weights.inFile(name), view.dtype());
    }
    Shape shape = view.shape();
    if (!shape.equals(expected)) {
      throw UserException.of(
          "%s: %s has shape %s; expected %s by %s",
          directory, weights.inFile(name), shape, expected, HfConfig.FILE);
    }
  }

  private void requireOneType(Mapping mapping) {
    Map<DType, String> types = new LinkedHashMap<>();
    mapping.tensors().keySet().forEach(name -> types.put(weights.tensor(name).dtype(), name));
    if (types.size() > 1) {
      throw UserException.of(
          "%s: tensors that belong together have different types: %s", directory, types);
    }
  }
}
