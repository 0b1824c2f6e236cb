package neox.weights.peft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.config.LoraConfig;
import neox.weights.NamedTensor;
import neox.weights.TensorStore;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.NetworkSpec;

/// Writes the adapters of a checkpoint as PEFT does: `adapter_config.json` and
/// `adapter_model.safetensors`.
public final class PeftWriter {
  /// The file of the tensors.
  static final String WEIGHTS = "adapter_model.safetensors";

  /// In front of every tensor's name.
  static final String PREFIX = "base_model.model.";

  /// Writes both files into `directory`.
  ///
  /// @param weights which hold adapters
  /// @param adapted their network
  /// @param base what the model that they adapt is called
  public static void write(
      Path directory, TensorStore weights, Adapters adapted, HfFamily family, Optional<String> base)
      throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    Set<String> targets = new LinkedHashSet<>();
    for (Projection projection : Projection.of(family, adapted.network())) {
      String a = projection.adapter().a().key();
      String b = projection.adapter().b().key();
      Mapping rows = projection.rows();
      for (Projection.Module module : projection.modules()) {
        tensors.add(new NamedTensor(PREFIX + module.a(), weights.tensor(a)));
        tensors.add(new NamedTensor(PREFIX + module.b(), rows.toHf(module.b(), weights.tensor(b))));
        targets.add(module.name().substring(module.name().lastIndexOf('.') + 1));
      }
    }
    SafetensorsWriter.writeFile(directory.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
    LoraConfig lora = adapted.lora();
    PeftConfig config =
        new PeftConfig(base, lora.rank(), lora.alpha(), Map.of(), false, lora.dropout());
    NamedFiles.writeString(
        directory.resolve(PeftConfig.FILE), Json.pretty(config.toJson(List.copyOf(targets))));
  }

  /// A network with its adapters.
  public record Adapters(NetworkSpec network, LoraConfig lora) {}

  private PeftWriter() {}
}
