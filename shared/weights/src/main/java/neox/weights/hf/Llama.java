package neox.weights.hf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import neox.config.model.ModelConfig;
import neox.config.model.TransformerConfig;
import neox.weights.spec.NetworkSpec;

/// The block of Llama (arXiv:2302.13971): rmsnorm, swiglu, rotary positions, grouped queries.
record Llama() implements HfFamily {
  @Override
  public String name() {
    return "llama";
  }

  @Override
  public String label() {
    return "Llama";
  }

  @Override
  public String modelType() {
    return "llama";
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
    model
        .transformers()
        .getFirst()
        .attention()
        .window()
        .ifPresent(window ->
            reasons.add("HF Llama has no sliding window, not sliding_window_width: " + window));
    return reasons;
  }

  @Override
  public ModelConfig read(HfJson json) {
    HfDims dims = HfDims.read(json, new HfDims(32, 4096, 32, OptionalInt.empty(), 2048));
    return LlamaBlocks.read(
        json,
        dims,
        json.integer("intermediate_size", 11008),
        new LlamaBlocks.Choices(
            json.flag("attention_bias", false), json.flag("mlp_bias", false), OptionalInt.empty()));
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    Map<String, Object> json = LlamaBlocks.write(model);
    TransformerConfig block = model.transformers().getFirst();
    json.put("attention_bias", block.attention().bias());
    json.put("mlp_bias", block.mlp().bias());
    json.put("pretraining_tp", 1);
    return json;
  }

  @Override
  public List<Mapping> mappings(NetworkSpec network) {
    return LlamaBlocks.mappings(network);
  }
}
