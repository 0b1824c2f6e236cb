package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.Json;
import neox.base.UserException;
import neox.config.ArchitectureCheck;
import neox.config.LoadedConfig;
import neox.config.model.Architecture;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.pickle.TorchStore;
import neox.weights.safetensors.SafetensorsDirectory;
import neox.weights.spec.NetworkSpec;

/// A Hugging Face directory of a model of any [HfFamily] under NeoX's names and in NeoX's row
/// orders ([neox.weights.spec.ParameterSpec#key]).
///
/// Reads safetensors, single or sharded, and `pytorch_model.bin`. Opening checks every tensor
/// against the parameter table.
public final class HfModel implements TensorStore {
  private static final String TORCH = "pytorch_model.bin";

  /// Constants that older exports store beside the parameters.
  private static final List<String> BUFFERS =
      List.of(".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq");

  private final Path directory;
  private final HfConfig config;
  private final TensorStore weights;
  private final Map<String, Mapping> mappings = new LinkedHashMap<>();

  private HfModel(Path directory, HfConfig config, TensorStore weights) {
    this.directory = directory;
    this.config = config;
    this.weights = weights;
  }

  /// Opens the model in `directory`; [UserException] when it is not a complete model of a known
  /// family.
  public static HfModel open(Path directory) throws IOException {
    if (!isIn(directory)) {
      throw new UserException(directory + ": not a Hugging Face model: no config.json in it");
    }
    HfConfig config = HfConfig.read(directory);
    HfModel model = new HfModel(directory, config, openWeights(directory));
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
    Mapping mapping = mappings.get(name);
    if (mapping == null) {
      throw new IllegalArgumentException(directory + ": no parameter " + name);
    }
    return mapping.toNeox(weights::view);
  }

  @Override
  public void close() throws IOException {
    weights.close();
  }

  private void check() {
    ModelConfig model = config.model();
    HfFamily family = config.family();
    Set<String> surplus = new LinkedHashSet<>(weights.names());
    for (Mapping mapping : family.mappings(NetworkSpec.of(model, config.vocabSize()))) {
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
    surplus.removeIf(HfModel::isBuffer);
    if (model.head().tied()) {
      surplus.remove(family.headName());
    }
    if (!surplus.isEmpty()) {
      throw UserException.of(
          "%s: tensor %s is not a parameter of %s",
          directory, surplus.iterator().next(), family.label());
    }
  }

  private void check(String name, Shape expected) {
    Shape shape = weights.view(name).shape();
    if (!shape.equals(expected)) {
      throw UserException.of(
          "%s: %s has shape %s; expected %s by %s",
          directory, name, shape, expected, HfConfig.FILE);
    }
  }

  private void requireOneType(Mapping mapping) {
    Map<DType, String> types = new LinkedHashMap<>();
    mapping.tensors().keySet().forEach(name -> types.put(weights.view(name).dtype(), name));
    if (types.size() > 1) {
      throw UserException.of(
          "%s: tensors that belong together have different types: %s", directory, types);
    }
  }

  /// True for a tensor that is no parameter.
  private static boolean isBuffer(String name) {
    return BUFFERS.stream().anyMatch(name::endsWith);
  }

  private static TensorStore openWeights(Path directory) throws IOException {
    if (SafetensorsDirectory.isIn(directory)) {
      return SafetensorsDirectory.open(directory);
    }
    Path single = directory.resolve(TORCH);
    if (Files.exists(single)) {
      return TorchStore.open(List.of(single));
    }
    Path index = directory.resolve(TORCH + ".index.json");
    if (Files.exists(index)) {
      Set<Path> files = new LinkedHashSet<>();
      for (JsonNode file : Json.read(index).path("weight_map")) {
        files.add(directory.resolve(Path.of(file.asText()).getFileName()));
      }
      return TorchStore.open(List.copyOf(files));
    }
    throw new UserException(
        directory + ": no weights; expected model.safetensors, its index, or " + TORCH);
  }
}
