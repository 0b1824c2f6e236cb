import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsWriter;

/// Writes adapters of PEFT for the recorded model (hidden 64) into a directory.
public final class MakeAdapter {
  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    List<NamedTensor> tensors = new ArrayList<>();
    add(tensors, "gpt_neox.layers.1.attention.query_key_value", 192, 64);
    add(tensors, "gpt_neox.layers.2.mlp.dense_4h_to_h", 64, 256);
    SafetensorsWriter.writeFile(
        directory.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
    Files.writeString(
        directory.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 6, "lora_dropout": 0.1, "bias": "none",
         "target_modules": ["query_key_value", "dense_4h_to_h"], "task_type": "CAUSAL_LM"}
        """);
  }

  private static void add(List<NamedTensor> tensors, String module, long rows, long columns) {
    String name = "base_model.model." + module;
    tensors.add(NamedTensor.of(name + ".lora_A.weight", zeros(2, columns)));
    tensors.add(NamedTensor.of(name + ".lora_B.weight", zeros(rows, 2)));
  }

  private static TensorView zeros(long rows, long columns) {
    return new TensorView(
        DType.FLOAT32, Shape.of(rows, columns), Floats.allocate(DType.FLOAT32, rows * columns));
  }

  private MakeAdapter() {}
}
