import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;

/// One vocabulary as every contestant wants it. The first contestant is ours, the second
/// HuggingFace.
record Vocabulary(String name, Tokenizer tokenizer, List<Contestant> contestants) {
  private static final Pattern GPT2_WORDS =
      Pattern.compile(
          "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Map<String, String> HUGGING_FACE_OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  static Vocabulary gpt2(Path data) throws IOException {
    Path vocab = data.resolve("gpt2-vocab.json");
    Path merges = data.resolve("gpt2-merges.txt");
    int end = new ObjectMapper().readTree(vocab.toFile()).get("<|endoftext|>").intValue();
    Tokenizer tokenizer =
        Tokenizers.open("GPT2BPETokenizer", Optional.of(vocab), Optional.of(merges));
    return new Vocabulary(
        "GPT-2",
        tokenizer,
        List.of(
            Contestant.neox(tokenizer),
            Contestant.djl(huggingFaceGpt2(vocab, merges, end)),
            Contestant.jtokkit(
                Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE),
                Pattern.compile("<\\|endoftext\\|>"),
                Map.of("<|endoftext|>", end),
                false)));
  }

  static Vocabulary gptNeox20b(Path data) throws IOException {
    Path file = data.resolve("20B_tokenizer.json");
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    Map<String, Integer> added = new HashMap<>();
    for (JsonNode token : json.get("added_tokens")) {
      added.put(token.get("content").asText(), token.get("id").intValue());
    }
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    return new Vocabulary(
        "GPT-NeoX-20B",
        tokenizer,
        List.of(
            Contestant.neox(tokenizer),
            Contestant.djl(HuggingFaceTokenizer.newInstance(file, HUGGING_FACE_OPTIONS)),
            Contestant.jtokkit(
                jtokkit(json.at("/model/vocab"), added),
                Pattern.compile(" {2,24}|<\\|(?:endoftext|padding)\\|>"),
                added,
                true)));
  }

  /// `gpt2` as transformers would write it into a `tokenizer.json`.
  private static HuggingFaceTokenizer huggingFaceGpt2(Path vocab, Path merges, int end)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode().put("version", "1.0");
    root.putArray("added_tokens")
        .addObject()
        .put("id", end)
        .put("content", "<|endoftext|>")
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    for (String stage : List.of("pre_tokenizer", "post_processor", "decoder")) {
      root.putObject(stage)
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", true)
          .put("use_regex", true);
    }
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.set("vocab", mapper.readTree(vocab.toFile()));
    ArrayNode list = model.putArray("merges");
    Files.readAllLines(merges).stream()
        .filter(line -> !line.startsWith("#version") && !line.isEmpty())
        .forEach(list::add);
    Path file = Files.createTempFile("gpt2", ".json");
    try {
      mapper.writeValue(file.toFile(), root);
      return HuggingFaceTokenizer.newInstance(file, HUGGING_FACE_OPTIONS);
    } finally {
      Files.delete(file);
    }
  }

  /// jtokkit takes ids for ranks; so they are in this vocabulary, whose tokens stand in the order
  /// of their merges.
  private static Encoding jtokkit(JsonNode vocab, Map<String, Integer> added) {
    Map<Integer, Integer> bytes = new HashMap<>();
    int next = 0x100;
    for (int b = 0; b < 0x100; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      bytes.put(printable ? b : next++, b);
    }
    Map<byte[], Integer> ranks = new HashMap<>();
    vocab.properties().stream()
        .filter(entry -> !added.containsKey(entry.getKey()))
        .forEach(
            entry -> {
              byte[] token = new byte[entry.getKey().length()];
              for (int i = 0; i < token.length; i++) {
                token[i] = bytes.get((int) entry.getKey().charAt(i)).byteValue();
              }
              ranks.put(token, entry.getValue().intValue());
            });
    EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
    registry.registerGptBytePairEncoding(
        new GptBytePairEncodingParams("20b", GPT2_WORDS, ranks, Map.of()));
    return registry.getEncoding("20b").orElseThrow();
  }
}
