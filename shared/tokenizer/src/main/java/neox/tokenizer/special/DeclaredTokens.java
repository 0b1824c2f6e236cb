package neox.tokenizer.special;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.json.Json;

/// The special tokens that the files beside a tokenizer of Hugging Face name, and the ids that
/// those of its model do.
///
/// @param byRole texts by role (`bos_token`, `eos_token`, …)
/// @param ends ids of `eos_token_id` in `config.json`, of which there may be several
/// @param stops the same of a `generation_config.json` that says more than `config.json`
public record DeclaredTokens(Map<String, String> byRole, List<Integer> ends, List<Integer> stops) {
  public static final String BEGIN = "bos_token";
  public static final String END = "eos_token";

  private static final String ENDS = "eos_token_id";
  private static final String FILE = "tokenizer_config.json";

  private static final List<String> ROLES =
      List.of(BEGIN, END, "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

  /// What stands for a token that no file names, by the beginning of the tokenizer's class.
  private static final Map<String, Map<String, String>> OF_CLASSES =
      Map.of(
          "LlamaTokenizer", Map.of(BEGIN, "<s>", END, "</s>"),
          "CodeLlamaTokenizer", Map.of(BEGIN, "<s>", END, "</s>"),
          "GPTNeoXTokenizer", Map.of(BEGIN, "<|endoftext|>", END, "<|endoftext|>"),
          "GPT2Tokenizer", Map.of(BEGIN, "<|endoftext|>", END, "<|endoftext|>"));

  /// The class that opens the tokenizer where no file names one.
  private static final Map<String, String> CLASS_OF_MODEL =
      Map.of(
          "llama", "LlamaTokenizer",
          "mistral", "LlamaTokenizer",
          "gpt_neox", "GPTNeoXTokenizer",
          "gpt2", "GPT2Tokenizer");

  public DeclaredTokens {
    byRole = Map.copyOf(byRole);
    ends = List.copyOf(ends);
    stops = List.copyOf(stops);
  }

  /// Whether there is what transformers writes of every tokenizer.
  static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /// Reads `tokenizer_config.json`, `special_tokens_map.json`, `config.json` and
  /// `generation_config.json`, as far as they are there; [neox.base.UserException] for one that is
  /// no JSON.
  public static DeclaredTokens in(Path directory) throws IOException {
    JsonNode config = read(directory, "config.json");
    JsonNode generation = read(directory, "generation_config.json");
    return new DeclaredTokens(
        byRole(directory, config),
        isUnsaid(config) ? List.of() : ids(config, ENDS),
        generation.path("_from_model_config").asBoolean() ? List.of() : ids(generation, ENDS));
  }

  /// What transformers' configuration of GPT-NeoX has where nobody has said anything, as in all
  /// that GPT-NeoX's own converter writes: 2 stands for an ordinary token there.
  private static boolean isUnsaid(JsonNode config) {
    return config.path("model_type").asText("").equals("gpt_neox")
        && config.path("bos_token_id").asInt(0) == 0
        && config.path(ENDS).asInt(2) == 2;
  }

  private static Map<String, String> byRole(Path directory, JsonNode config) throws IOException {
    JsonNode own = read(directory, FILE);
    JsonNode map = // a configuration that knows the added tokens knows these, too
        own.has("added_tokens_decoder")
            ? Json.mapper().createObjectNode()
            : read(directory, "special_tokens_map.json");
    Map<String, String> usual =
        ofClass(
            own.path("tokenizer_class")
                .asText(CLASS_OF_MODEL.getOrDefault(config.path("model_type").asText(""), "")));
    Map<String, String> byRole = new LinkedHashMap<>();
    for (String role : ROLES) {
      if (own.has(role) || map.has(role)) {
        content(map.has(role) ? map.get(role) : own.path(role))
            .ifPresent(text -> byRole.put(role, text));
      } else if (usual.containsKey(role)) {
        byRole.put(role, usual.get(role));
      }
    }
    return byRole;
  }

  private static Map<String, String> ofClass(String name) {
    return OF_CLASSES.entrySet().stream()
        .filter(each -> name.equals(each.getKey()) || name.equals(each.getKey() + "Fast"))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(Map.of());
  }

  private static JsonNode read(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    return Files.exists(file) ? Json.read(file) : Json.mapper().createObjectNode();
  }

  /// A token is a string, or an object that says more about it.
  private static Optional<String> content(JsonNode token) {
    String text = token.isObject() ? token.path("content").asText("") : token.asText("");
    return Optional.of(text).filter(each -> !each.isEmpty() && !token.isNull());
  }

  /// One id, several, or none.
  private static List<Integer> ids(JsonNode config, String key) {
    JsonNode value = config.path(key);
    if (value.isArray()) {
      return value.valueStream().filter(JsonNode::canConvertToInt).map(JsonNode::intValue).toList();
    }
    return value.isIntegralNumber() && value.canConvertToInt()
        ? List.of(value.intValue())
        : List.of();
  }

  /// The text of a role.
  public Optional<String> text(String role) {
    return Optional.ofNullable(byRole.get(role));
  }
}
