package neox.weights.hf;

import java.util.List;
import java.util.OptionalInt;
import neox.config.model.Dims;

/// The sizes in a `config.json`, under keys that all families share.
///
/// @param kvHeads key/value heads; empty: as many as query heads
record HfDims(int layers, int hidden, int heads, OptionalInt kvHeads, int positions) {
  private static final int MOST_LAYERS = 10_000;

  /// The keys that decide how many dimensions a head has.
  static final List<String> HEADS = List.of("hidden_size", "num_attention_heads");

  /// @param absent what transformers takes for keys that are not there
  static HfDims read(HfJson json, HfDims absent) {
    int heads = json.integer("num_attention_heads", absent.heads());
    HfDims dims =
        new HfDims(
            layers(json, absent),
            json.integer("hidden_size", absent.hidden()),
            heads,
            kvHeads(json, absent, heads),
            json.integer("max_position_embeddings", absent.positions()));
    json.check(
        dims.hidden() % heads == 0,
        HEADS,
        "hidden_size %d is not divisible by num_attention_heads %d",
        dims.hidden(),
        heads);
    int headDim =
        json.isNull("head_dim") ? dims.headDim() : json.integer("head_dim", dims.headDim());
    json.check(
        headDim == dims.headDim(),
        HEADS,
        "head_dim %d is not supported; expected hidden_size / num_attention_heads = %d",
        headDim,
        dims.headDim());
    return dims;
  }

  private static int layers(HfJson json, HfDims absent) {
    int layers = json.integer("num_hidden_layers", absent.layers());
    json.check(
        layers <= MOST_LAYERS, "num_hidden_layers is %d; expected at most %d", layers, MOST_LAYERS);
    return Math.min(layers, MOST_LAYERS);
  }

  private static OptionalInt kvHeads(HfJson json, HfDims absent, int heads) {
    if (json.isNull("num_key_value_heads")) {
      return OptionalInt.empty();
    }
    int kvHeads = json.integer("num_key_value_heads", absent.kvHeads().orElse(heads));
    json.check(
        heads % kvHeads == 0,
        HEADS,
        "num_key_value_heads %d does not divide num_attention_heads %d",
        kvHeads,
        heads);
    return OptionalInt.of(kvHeads);
  }

  int headDim() {
    return hidden / heads;
  }

  /// A model from elsewhere has no `seq_length`; its texts may be as long as its positions reach.
  Dims dims() {
    return new Dims(hidden, heads, kvHeads.orElse(heads), positions, positions, 1);
  }
}
