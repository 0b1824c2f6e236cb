import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsWriter;

/// A GPTNeoX model of random weights as transformers stores it, of Pythia's shapes: what it writes
/// means nothing, but takes as long as if it did.
///
/// Usage: java MakeModel.java DIRECTORY LAYERS HIDDEN HEADS fp32|bf16
class MakeModel {
  private static final int VOCABULARY = 50304;
  private static final int POSITIONS = 2048;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<NamedTensor> tensors = new ArrayList<>();
  private final DType type;

  private MakeModel(DType type) {
    this.type = type;
  }

  public static void main(String[] args) throws Exception {
    Path directory = Files.createDirectories(Path.of(args[0]));
    int layers = Integer.parseInt(args[1]);
    int hidden = Integer.parseInt(args[2]);
    MakeModel model = new MakeModel(args[4].equals("fp32") ? DType.FLOAT32 : DType.BFLOAT16);
    model.network(layers, hidden);
    SafetensorsWriter.writeDirectory(directory, model.tensors, Long.MAX_VALUE, _ -> {});
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "dtype": "%s",
         "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %s,
         "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": %d,
         "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true,
         "hidden_act": "gelu", "layer_norm_eps": 1e-05, "tie_word_embeddings": false,
         "bos_token_id": 0, "eos_token_id": 0}
        """
            .formatted(
                model.type == DType.FLOAT32 ? "float32" : "bfloat16",
                hidden, layers, args[3], 4 * hidden, VOCABULARY, POSITIONS));
  }

  private void network(int layers, int hidden) {
    matrix("gpt_neox.embed_in.weight", VOCABULARY, hidden);
    for (int layer = 0; layer < layers; layer++) {
      String block = "gpt_neox.layers." + layer + ".";
      norm(block + "input_layernorm", hidden);
      norm(block + "post_attention_layernorm", hidden);
      linear(block + "attention.query_key_value", 3 * hidden, hidden);
      linear(block + "attention.dense", hidden, hidden);
      linear(block + "mlp.dense_h_to_4h", 4 * hidden, hidden);
      linear(block + "mlp.dense_4h_to_h", hidden, 4 * hidden);
    }
    norm("gpt_neox.final_layer_norm", hidden);
    matrix("embed_out.weight", VOCABULARY, hidden);
  }

  private void linear(String name, int out, int in) {
    matrix(name + ".weight", out, in);
    add(name + ".bias", Shape.of(out), 0, 0.02f);
  }

  private void matrix(String name, int rows, int columns) {
    add(name, Shape.of(rows, columns), 0, 0.02f);
  }

  private void norm(String name, int size) {
    add(name + ".weight", Shape.of(size), 1, 0.1f);
    add(name + ".bias", Shape.of(size), 0, 0.1f);
  }

  private void add(String name, Shape shape, float mean, float width) {
    MemorySegment bytes = Arena.ofAuto().allocate(shape.count() * type.bytes(), 64);
    for (long i = 0; i < shape.count(); i++) {
      float value = mean + width * (2 * (float) random.nextDouble() - 1);
      if (type == DType.FLOAT32) {
        bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
      } else {
        bytes.setAtIndex(
            ValueLayout.JAVA_SHORT, i, (short) (Float.floatToIntBits(value) >>> 16));
      }
    }
    tensors.add(NamedTensor.of(name, new TensorView(type, shape, bytes)));
  }
}
