package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.json.Json;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.weights.DType;

/// `config.json` of a Hugging Face model, in both directions.
///
/// @param family how it is told
/// @param model the architecture
/// @param vocabSize rows of the embedding
public record HfConfig(HfFamily family, ModelConfig model, int vocabSize) {
  static final String FILE = "config.json";

  /// Token ids a configuration names.
  ///
  /// @param stops where a generation ends: at `end`, or at several
  public record SpecialTokens(
      OptionalInt begin, OptionalInt end, OptionalInt pad, List<Integer> stops) {
    public SpecialTokens {
      stops = List.copyOf(stops);
    }

    public SpecialTokens(OptionalInt begin, OptionalInt end, OptionalInt pad) {
      this(begin, end, pad, end.stream().boxed().toList());
    }
  }

  /// Reads `config.json` in `directory`; everything that is wrong with it in one [UserException].
  public static HfConfig read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    HfJson json = HfJson.read(file);
    String type = json.text("model_type", "");
    Optional<HfFamily> family = HfFamily.ofModelType(type);
    if (family.isEmpty()) {
      List<String> known = HfFamily.all().stream().map(HfFamily::modelType).toList();
      json.problem("model_type is '%s'; can be read: %s", type, String.join(", ", known));
      json.finish();
    }
    json.check(
        json.at("quantization_config").isEmpty(),
        "quantization_config: quantized weights are not supported; take the model as it was before");
    json.check(
        json.isNull("transformers_weights") || json.at("transformers_weights").isMissingNode(),
        "transformers_weights names the file to read, which is not supported; rename the file to"
            + " model.safetensors and remove the key");
    for (JsonNode architecture : json.at("architectures")) {
      json.check(
          !architecture.asText().endsWith("ForSequenceClassification"),
          "architectures names %s, a classifier or reward model; expected a language model",
          architecture.asText());
    }
    HfFamily found = family.orElseThrow();
    ModelConfig model = found.read(json);
    int vocabSize = json.integer("vocab_size", found.defaultVocabSize());
    json.finish();
    return new HfConfig(found, model, vocabSize);
  }

  /// The content of `config.json`, complete for transformers 4 and 5: what has another name in each
  /// stands under both. `dtype` is that of the stored weights.
  public Map<String, Object> toJson(DType dtype, SpecialTokens tokens) {
    List<String> obstacles = family.obstacles(model);
    if (!obstacles.isEmpty()) {
      throw new IllegalStateException(String.join("; ", obstacles));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("architectures", List.of(family.architecture(model)));
    json.put("model_type", family.modelType());
    json.put("vocab_size", vocabSize);
    json.putAll(family.write(model));
    json.put("initializer_range", model.init().std());
    json.put("tie_word_embeddings", model.head().tied());
    json.put("use_cache", true);
    if (model.head().output() == Output.REWARD) {
      json.put("num_labels", 1);
      json.put("id2label", Map.of("0", "LABEL_0"));
      json.put("label2id", Map.of("LABEL_0", 0));
    }
    json.putAll(toJson(tokens));
    json.put("dtype", torchName(dtype)); // since 4.56
    json.put("torch_dtype", torchName(dtype));
    return json;
  }

  /// The token ids under HF's keys; `null` (written out) means that there is none, which must be
  /// said because transformers' defaults are wrong for most tokenizers.
  public static Map<String, Object> toJson(SpecialTokens tokens) {
    Map<String, Object> json = new LinkedHashMap<>();
    put(json, "bos_token_id", tokens.begin());
    put(json, "eos_token_id", tokens.end());
    put(json, "pad_token_id", tokens.pad());
    return json;
  }

  private static void put(Map<String, Object> json, String key, OptionalInt id) {
    json.put(key, id.isPresent() ? id.getAsInt() : Json.mapper().nullNode());
  }

  private static String torchName(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> "float64";
      case FLOAT32 -> "float32";
      case FLOAT16 -> "float16";
      case BFLOAT16 -> "bfloat16";
      case INT64, INT32, INT16, INT8, UINT8, BOOL ->
          throw new IllegalArgumentException("weights of type " + dtype);
    };
  }
}
