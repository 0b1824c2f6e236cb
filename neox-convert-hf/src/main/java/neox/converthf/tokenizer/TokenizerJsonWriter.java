package neox.converthf.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;

/// Builds `tokenizer.json`, Hugging Face's description of a tokenizer, part by part.
final class TokenizerJsonWriter {
  private final List<Map<String, Object>> added = new ArrayList<>();
  private final Map<String, Object> parts = new LinkedHashMap<>();

  TokenizerJsonWriter() {
    for (String part : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) {
      parts.put(part, Json.mapper().nullNode());
    }
  }

  /// A token that is found in texts before anything else.
  TokenizerJsonWriter added(String content, int id, Kind kind) {
    Map<String, Object> token = new LinkedHashMap<>();
    token.put("id", id);
    token.put("content", content);
    for (String trait : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      token.put(trait, false);
    }
    token.put("special", kind == Kind.SPECIAL);
    added.add(token);
    return this;
  }

  /// Whether decoding may leave an added token out.
  enum Kind {
    SPECIAL,
    TEXT
  }

  /// `normalizer`, `pre_tokenizer`, `post_processor` or `decoder`.
  TokenizerJsonWriter part(String name, Map<String, Object> content) {
    parts.put(name, content);
    return this;
  }

  /// The finished text.
  String model(Map<String, Object> model) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put("truncation", Json.mapper().nullNode());
    json.put("padding", Json.mapper().nullNode());
    json.put("added_tokens", added);
    json.putAll(parts);
    json.put("model", model);
    return Json.pretty(json);
  }

  /// A part of a type, with its settings in pairs of name and value.
  static Map<String, Object> typed(String type, Object... settings) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", type);
    for (int i = 0; i < settings.length; i += 2) {
      json.put(String.valueOf(settings[i]), settings[i + 1]);
    }
    return json;
  }

  /// GPT-2's alphabet of bytes.
  ///
  /// @param useRegex whether texts are cut into words by GPT-2's expression
  static Map<String, Object> byteLevel(Object useRegex) {
    return typed(
        "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", useRegex);
  }

  /// A model of merges.
  ///
  /// @param unknown the token for what is unknown, or JSON's null
  static Map<String, Object> bpe(Object unknown, Object byteFallback, Object vocab, Object merges) {
    return typed(
        "BPE",
        "dropout",
        Json.mapper().nullNode(),
        "unk_token",
        unknown,
        "continuing_subword_prefix",
        Json.mapper().nullNode(),
        "end_of_word_suffix",
        Json.mapper().nullNode(),
        "fuse_unk",
        byteFallback,
        "byte_fallback",
        byteFallback,
        "vocab",
        vocab,
        "merges",
        merges);
  }
}
