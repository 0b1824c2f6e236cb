package neox.weights.neox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.weights.ByteSource;
import neox.weights.LazyTensor;
import neox.weights.Woven;
import neox.weights.neox.RankTensors.Stored;

/// Gives what the modules of TransformerEngine have stored (`te_mha`, `te_layernorm_mlp`, `norm:
/// te_layernorm`) the names and the order of rows that GPT-NeoX's own modules have.
///
/// Its attention keeps the rows of a group of heads together, `[q … q | k | v]` for each key/value
/// head, where GPT-NeoX has `[all q | all k | all v]` as soon as several queries share a key; with
/// as many keys as queries both are the same. Its gated MLP is `[gate | up]`, ours `[up | gate]`.
///
/// @param rank the tensors of one tensor-parallel rank, which are changed
/// @param model the network that they belong to
record TransformerEngine(RankTensors rank, ModelConfig model) {
  private static final String QKV = "attention.qkv.";
  private static final String FC1 = "mlp.fc1_";
  private static final String NORM = "mlp.layer_norm_";

  private static final String NORM_BEFORE = "post_attention_layernorm.";

  private static final Map<String, String> RENAMED =
      Map.of(
          QKV,
          "attention.query_key_value.",
          "attention.proj.",
          "attention.dense.",
          FC1,
          "mlp.linear1.",
          "mlp.fc2_",
          "mlp.linear2.",
          NORM,
          NORM_BEFORE,
          "input_layernorm.norm.",
          "input_layernorm.",
          NORM_BEFORE + "norm.",
          NORM_BEFORE,
          "norm.norm.",
          "norm.");

  void translate() {
    Map<String, Stored> translated = new LinkedHashMap<>();
    for (String key : rank.keys()) {
      Stored stored = rank.find(key).orElseThrow();
      if (isUnused(key)) {
        continue;
      }
      Stored other = translated.put(current(key), inOurOrder(name(key), stored));
      if (other != null) {
        throw UserException.of(
            "%s: %s and %s are the same parameter", stored.file(), other.key(), stored.key());
      }
    }
    rank.replaceAll(translated);
  }

  /// The norm before the MLP is in the file and not used where the MLP has its own.
  private boolean isUnused(String key) {
    return name(key).startsWith(NORM_BEFORE) && rank.keys().contains(layer(key) + NORM + "weight");
  }

  private String current(String key) {
    for (Map.Entry<String, String> renamed : RENAMED.entrySet()) {
      if (name(key).startsWith(renamed.getKey())) {
        String rest = name(key).substring(renamed.getKey().length());
        return layer(key) + scaleOf(renamed.getValue(), rest);
      }
    }
    return key;
  }

  private static String layer(String key) {
    return key.substring(0, key.indexOf('.') + 1);
  }

  private static String name(String key) {
    return key.substring(key.indexOf('.') + 1);
  }

  /// Its RMS norm calls `weight` what GPT-NeoX's calls `scale`.
  private String scaleOf(String module, String rest) {
    boolean scale = module.endsWith("norm.") && model.norm() instanceof Norm.RmsNorm;
    return module + (scale && rest.equals("weight") ? "scale" : rest);
  }

  private Stored inOurOrder(String name, Stored stored) {
    if (stored.shape().rank() == 0 || model.transformers().isEmpty()) {
      return stored;
    }
    if (name.startsWith(QKV) && model.kvHeads() < model.heads()) {
      return ungrouped(stored);
    }
    boolean gated = model.transformers().getFirst().mlp().activation().gated();
    if (name.startsWith(FC1) && gated && stored.shape().size(0) % 2 == 0) {
      long half = stored.shape().size(0) / 2;
      return reordered(stored, List.of(new Rows(half, half), new Rows(0, half)));
    }
    return stored;
  }

  private Stored ungrouped(Stored stored) {
    long head = model.headDim();
    long queries = model.heads() / model.kvHeads() * head; // rows of a group's
    long group = queries + 2 * head;
    if (stored.shape().size(0) % group != 0) {
      return stored; // of another network, as its shape will say
    }
    List<Rows> order = new ArrayList<>();
    for (Rows part :
        List.of(new Rows(0, queries), new Rows(queries, head), new Rows(queries + head, head))) {
      for (long from = 0; from < stored.shape().size(0); from += group) {
        order.add(new Rows(from + part.from(), part.count()));
      }
    }
    return reordered(stored, order);
  }

  /// Rows next to each other.
  private record Rows(long from, long count) {}

  private static Stored reordered(Stored stored, List<Rows> order) {
    LazyTensor tensor = stored.tensor();
    long row = tensor.byteSize() / tensor.shape().size(0);
    List<ByteSource> pieces =
        order.stream()
            .map(rows -> tensor.bytes().slice(rows.from() * row, rows.count() * row))
            .toList();
    return new Stored(
        stored.file(),
        stored.key(),
        new LazyTensor(tensor.dtype(), tensor.shape(), Woven.concatenated(pieces)));
  }
}
