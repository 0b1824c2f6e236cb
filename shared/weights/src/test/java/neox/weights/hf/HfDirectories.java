package neox.weights.hf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import neox.base.json.Json;
import neox.config.model.ModelConfig;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.TensorStore;
import neox.weights.hf.HfConfig.SpecialTokens;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.NetworkSpec;

/// Writes Hugging Face directories, in shards of 100 KB.
final class HfDirectories {
  static final SpecialTokens TOKENS =
      new SpecialTokens(OptionalInt.empty(), OptionalInt.of(0), OptionalInt.empty());

  static void write(Path directory, HfFamily family, ModelConfig model, TensorStore neox)
      throws IOException {
    write(directory, family, NetworkSpec.of(model, 512), neox);
  }

  static void write(Path directory, HfFamily family, NetworkSpec network, TensorStore neox)
      throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (Mapping mapping : family.mappings(network)) {
      LazyTensor whole = neox.tensor(mapping.neox().key());
      for (String name : mapping.tensors().keySet()) {
        tensors.add(new NamedTensor(name, mapping.toHf(name, whole)));
      }
    }
    SafetensorsWriter.writeDirectory(directory, tensors, 100_000, bytes -> {});
    HfConfig config = new HfConfig(family, network.config(), network.paddedVocab());
    Files.writeString(
        directory.resolve("config.json"),
        Json.pretty(config.toJson(tensors.getFirst().dtype(), TOKENS)));
  }

  private HfDirectories() {}
}
