package neox.weights.hf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import neox.base.json.Json;
import neox.config.model.ModelConfig;
import neox.config.model.TransformerConfig;
import neox.weights.spec.NetworkSpec;

/// The block of Mistral (arXiv:2310.06825): Llama's, never with biases, maybe with a window.
record Mistral() implements HfFamily {
  private static final int DEFAULT_WINDOW = 4096;

  @Override
  public String name() {
    return "mistral";
  }

  @Override
  public String label() {
    return "Mistral";
  }

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public String baseName() {
    return "model";
  }

  @Override
  public String headName() {
    return LlamaBlocks.HEAD;
  }

  @Override
  public int defaultVocabSize() {
    return 32000;
  }

  @Override
  public List<String> differences(ModelConfig model) {
    List<String> reasons = new ArrayList<>(LlamaBlocks.obstacles(label(), model));
    TransformerConfig block = model.transformers().getFirst();
    if (block.attention().bias()) {
      reasons.add("HF Mistral has no biases, not use_bias_in_attn_linear: true");
    }
    if (block.mlp().bias()) {
      reasons.add("HF Mistral has no biases, not use_bias_in_mlp: true");
    }
    return reasons;
  }

  @Override
  public ModelConfig read(HfJson json) {
    HfDims dims = HfDims.read(json, new HfDims(32, 4096, 32, OptionalInt.of(8), 131_072));
    return LlamaBlocks.read(
        json,
        dims,
        json.integer("intermediate_size", 14336),
        new LlamaBlocks.Choices(false, false, window(json)));
  }

  /// transformers' window counts the token itself, NeoX's does not.
  private static OptionalInt window(HfJson json) {
    if (json.isNull("sliding_window")) {
      return OptionalInt.empty();
    }
    int tokens = json.integer("sliding_window", DEFAULT_WINDOW);
    json.check(
        tokens > 1, "sliding_window is %d; expected at least 2, or null for no window", tokens);
    return OptionalInt.of(Math.max(1, tokens - 1));
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    Map<String, Object> json = LlamaBlocks.write(model);
    OptionalInt window = model.transformers().getFirst().attention().window();
    json.put(
        "sliding_window", window.isPresent() ? window.getAsInt() + 1 : Json.mapper().nullNode());
    return json;
  }

  @Override
  public List<Mapping> mappings(NetworkSpec network) {
    return LlamaBlocks.mappings(network);
  }
}
