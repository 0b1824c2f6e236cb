package neox.converthf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// GPT-2's pair of files as one `tokenizer.json`, which fast tokenizers need.
final class Gpt2TokenizerJson {
  /// @param end id of the end-of-document token, which text may contain
  static String of(Path vocabFile, Path mergeFile, OptionalInt end) throws IOException {
    JsonNode vocab = Json.read(vocabFile);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put("truncation", Json.mapper().nullNode());
    json.put("padding", Json.mapper().nullNode());
    json.put("added_tokens", addedTokens(vocab, end));
    json.put("normalizer", Json.mapper().nullNode());
    json.put("pre_tokenizer", byteLevel());
    json.put("post_processor", byteLevel());
    json.put("decoder", byteLevel());
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("dropout", Json.mapper().nullNode());
    model.put("unk_token", Json.mapper().nullNode());
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("vocab", vocab);
    model.put("merges", merges(mergeFile));
    json.put("model", model);
    return Json.pretty(json);
  }

  private static List<Map<String, Object>> addedTokens(JsonNode vocab, OptionalInt end) {
    List<Map<String, Object>> added = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      if (end.isPresent() && entry.getValue().asInt() == end.getAsInt()) {
        Map<String, Object> token = new LinkedHashMap<>();
        token.put("id", end.getAsInt());
        token.put("content", entry.getKey());
        for (String trait : List.of("single_word", "lstrip", "rstrip", "normalized")) {
          token.put(trait, false);
        }
        token.put("special", true);
        added.add(token);
      }
    }
    return added;
  }

  private static Map<String, Object> byteLevel() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", "ByteLevel");
    json.put("add_prefix_space", false);
    json.put("trim_offsets", true);
    json.put("use_regex", true);
    return json;
  }

  private static List<String> merges(Path file) throws IOException {
    return NamedFiles.readAllLines(file).stream()
        .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
        .toList();
  }

  private Gpt2TokenizerJson() {}
}
