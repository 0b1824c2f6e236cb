package neox.converthf.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.weights.TensorStore;

/// What transformers' loader makes of the names in the files of a model, which every version of it
/// writes differently: constants beside the parameters are passed over, a head goes by either of
/// its names, the network's own name may be missing, and a head that is the embedding may be there,
/// too. Told once more, as all of a [Reference]: what reads models for the tools is what it judges.
///
/// @param base the network's own name
/// @param embedding transformers' name of it
/// @param head transformers' name of it
record StoredNames(String base, String embedding, String head) {
  private static final String ANY_HEAD = "lm_head.weight";
  private static final List<String> CONSTANTS =
      List.of(
          ".attention.bias",
          ".attention.masked_bias",
          ".rotary_emb.inv_freq",
          ".rotary_emb.cos_cached",
          ".rotary_emb.sin_cached");

  static StoredNames of(String modelType) {
    return modelType.equals("gpt_neox")
        ? new StoredNames("gpt_neox.", "gpt_neox.embed_in.weight", "embed_out.weight")
        : new StoredNames("model.", "model.embed_tokens.weight", ANY_HEAD);
  }

  /// The names in the files by those of transformers' modules.
  ///
  /// @param config whose embedding and head may be one
  Map<String, String> in(TensorStore store, Path directory, JsonNode config) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    for (String stored : store.names()) {
      if (CONSTANTS.stream().noneMatch(("." + stored)::endsWith)) {
        String before = names.put(module(stored), stored);
        if (before != null) {
          throw UserException.of(
              "%s: %s and %s are the same tensor; expected one of them", directory, before, stored);
        }
      }
    }
    if (config.path("tie_word_embeddings").asBoolean(false)) {
      tie(names, store, directory);
    }
    return names;
  }

  private String module(String stored) {
    if (stored.equals(ANY_HEAD) || stored.equals(head)) {
      return head;
    }
    return stored.startsWith(base) ? stored : base + stored;
  }

  private void tie(Map<String, String> names, TensorStore store, Path directory)
      throws IOException {
    String again = names.remove(head);
    if (again == null) {
      return;
    }
    String table = names.putIfAbsent(embedding, again);
    if (table != null && !store.tensor(table).isSameAs(store.tensor(again))) {
      throw UserException.of(
          "%s: %s differs from %s, though tie_word_embeddings says that they are one",
          directory, again, table);
    }
  }
}
