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
import neox.config.ModelConfig;
import neox.weights.ParameterSpec;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.neox.NeoxParameters;
import neox.weights.pickle.TorchStore;
import neox.weights.safetensors.SafetensorsDirectory;

/// A Hugging Face directory of a GPTNeoX model under NeoX's names ([ParameterSpec#key]).
///
/// Reads safetensors, single or sharded, and `pytorch_model.bin`. Opening checks every tensor
/// against the parameter table.
public final class HfModel implements TensorStore {
  private static final String TORCH = "pytorch_model.bin";

  private final Path directory;
  private final HfConfig config;
  private final TensorStore weights;
  private final Map<String, String> hfNames = new LinkedHashMap<>();

  private HfModel(Path directory, HfConfig config, TensorStore weights) {
    this.directory = directory;
    this.config = config;
    this.weights = weights;
  }

  /// Opens the model in `directory`; [UserException] when it is not a complete GPTNeoX model.
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

  public ModelConfig config() {
    return config.model();
  }

  /// Rows of the embedding.
  public int paddedVocab() {
    return config.vocabSize();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(hfNames.keySet());
  }

  @Override
  public TensorView view(String name) {
    String hfName = hfNames.get(name);
    if (hfName == null) {
      throw new IllegalArgumentException(directory + ": no parameter " + name);
    }
    return weights.view(hfName);
  }

  @Override
  public void close() throws IOException {
    weights.close();
  }

  private void check() {
    Set<String> surplus = new LinkedHashSet<>(weights.names());
    for (ParameterSpec spec : NeoxParameters.of(config.model(), config.vocabSize())) {
      String hfName = HfNames.of(spec).orElseThrow();
      if (!surplus.remove(hfName)) {
        throw new UserException(directory + ": tensor " + hfName + " is missing");
      }
      Shape shape = weights.view(hfName).shape();
      if (!shape.equals(spec.shape())) {
        throw new UserException(
            directory
                + ": "
                + hfName
                + " has shape "
                + shape
                + "; expected "
                + spec.shape()
                + " by "
                + HfConfig.FILE);
      }
      hfNames.put(spec.key(), hfName);
    }
    surplus.removeIf(HfNames::isBuffer);
    if (config.model().tiedHead()) {
      surplus.remove("embed_out.weight");
    }
    if (!surplus.isEmpty()) {
      throw new UserException(
          directory + ": tensor " + surplus.iterator().next() + " is not a parameter of GPTNeoX");
    }
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
