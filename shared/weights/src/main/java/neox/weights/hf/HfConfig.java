package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import neox.base.Json;
import neox.base.UserException;
import neox.config.Activation;
import neox.config.InitMethod;
import neox.config.ModelConfig;
import neox.config.Norm;
import neox.config.PositionEmbedding;
import neox.weights.DType;

/// `config.json` of a GPTNeoX model, in both directions.
///
/// Absent keys mean what transformers' GPTNeoXConfig means by them. Rotary settings are read in the
/// forms of transformers 4 (`rotary_pct`, `rotary_emb_base`) and 5 (`rope_parameters`), and written
/// in the first, which both accept.
///
/// @param model the architecture
/// @param vocabSize rows of the embedding
public record HfConfig(ModelConfig model, int vocabSize) {
  static final String FILE = "config.json";
  private static final String MODEL_TYPE = "gpt_neox";

  /// Token ids a configuration names.
  public record SpecialTokens(OptionalInt begin, OptionalInt end, OptionalInt pad) {}

  /// Reads `config.json` in `directory`.
  public static HfConfig read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    JsonNode json = Json.read(file);
    String type = json.path("model_type").asText("");
    if (!type.equals(MODEL_TYPE)) {
      throw new UserException(
          file + ": model_type is '" + type + "'; only " + MODEL_TYPE + " can be read");
    }
    int hidden = integer(file, json, "hidden_size", 6144);
    int heads = integer(file, json, "num_attention_heads", 64);
    if (heads == 0 || hidden % heads != 0) {
      throw new UserException(
          file + ": hidden_size " + hidden + " is not divisible by num_attention_heads " + heads);
    }
    int positions = integer(file, json, "max_position_embeddings", 2048);
    Rope rope = Rope.read(file, json);
    boolean attentionBias = json.path("attention_bias").asBoolean(true);
    ModelConfig model =
        new ModelConfig(
            integer(file, json, "num_hidden_layers", 44),
            hidden,
            heads,
            heads,
            positions,
            positions,
            Norm.LAYERNORM,
            json.path("layer_norm_eps").asDouble(1e-5),
            PositionEmbedding.ROTARY,
            rope.fraction(),
            rope.base(),
            json.path("tie_word_embeddings").asBoolean(false),
            json.path("use_parallel_residual").asBoolean(true),
            false,
            attentionBias,
            true,
            Activation.GELU,
            tanhGelu(file, json.path("hidden_act").asText("gelu")),
            integer(file, json, "intermediate_size", 24576),
            json.path("hidden_dropout").asDouble(0),
            json.path("attention_dropout").asDouble(0),
            true,
            InitMethod.NORMAL,
            InitMethod.NORMAL,
            json.path("initializer_range").asDouble(0.02),
            1);
    return new HfConfig(model, integer(file, json, "vocab_size", 50432));
  }

  /// Why HF GPTNeoX cannot express a network; empty when it can.
  public static List<String> obstacles(ModelConfig model) {
    List<String> reasons = new ArrayList<>();
    if (model.positionEmbedding() != PositionEmbedding.ROTARY) {
      reasons.add("HF GPTNeoX has no " + describe(model.positionEmbedding()));
    }
    if (model.norm() != Norm.LAYERNORM) {
      reasons.add("HF GPTNeoX has layernorm only, not norm: " + lower(model.norm()));
    }
    if (model.tiedNorm()) {
      reasons.add("HF GPTNeoX has two norms per block, not the one of gpt_j_tied: true");
    }
    if (model.activation() != Activation.GELU) {
      reasons.add("HF GPTNeoX has a plain gelu MLP, not activation: " + lower(model.activation()));
    }
    if (model.kvHeads() != model.heads()) {
      reasons.add(
          "HF GPTNeoX has as many key/value heads as query heads, not num_kv_heads: "
              + model.kvHeads()
              + " of "
              + model.heads());
    }
    if (!model.biasInMlp()) {
      reasons.add("HF GPTNeoX has biases in the MLP, not use_bias_in_mlp: false");
    }
    return reasons;
  }

  /// The content of `config.json`; `dtype` is that of the stored weights.
  public Map<String, Object> toJson(DType dtype, SpecialTokens tokens) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("architectures", List.of("GPTNeoXForCausalLM"));
    json.put("model_type", MODEL_TYPE);
    json.put("vocab_size", vocabSize);
    json.put("hidden_size", model.hiddenSize());
    json.put("num_hidden_layers", model.layers());
    json.put("num_attention_heads", model.heads());
    json.put("intermediate_size", model.mlpSize());
    json.put("max_position_embeddings", model.maxPositionEmbeddings());
    json.put("hidden_act", model.tanhGelu() ? "gelu_fast" : "gelu");
    json.put("rotary_pct", model.rotaryPct());
    json.put("rotary_emb_base", model.rotaryBase());
    json.put("use_parallel_residual", model.parallelResidual());
    json.put("attention_bias", model.biasInAttention());
    json.put("layer_norm_eps", model.normEpsilon());
    json.put("hidden_dropout", model.hiddenDropout());
    json.put("attention_dropout", model.attentionDropout());
    json.put("initializer_range", model.initStd());
    json.put("tie_word_embeddings", model.tiedHead());
    json.put("use_cache", true);
    json.putAll(toJson(tokens));
    json.put("torch_dtype", torchName(dtype));
    return json;
  }

  /// The token ids under HF's keys; `null` (written out) means that there is none, which must be
  /// said because transformers' defaults are wrong for most tokenizers.
  public static Map<String, Object> toJson(SpecialTokens tokens) {
    Map<String, Object> json = new LinkedHashMap<>();
    put(json, "bos_token_id", tokens.begin());
    put(json, "eos_token_id", tokens.end());
    tokens.pad().ifPresent(id -> json.put("pad_token_id", id));
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

  private static boolean tanhGelu(Path file, String activation) {
    return switch (activation) {
      case "gelu", "gelu_python" -> false;
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> true;
      default ->
          throw new UserException(
              file
                  + ": hidden_act '"
                  + activation
                  + "' is not supported; expected gelu, gelu_new,"
                  + " gelu_fast or gelu_pytorch_tanh");
    };
  }

  private static int integer(Path file, JsonNode json, String key, int absent) {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return absent;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 0) {
      throw new UserException(file + ": " + key + " is " + value + "; expected a whole number");
    }
    return value.asInt();
  }

  private static String describe(PositionEmbedding position) {
    return switch (position) {
      case LEARNED -> "learned positions (pos_emb: learned), only rotary ones";
      case SINUSOIDAL -> "sinusoidal positions (pos_emb: sinusoidal), only rotary ones";
      case RPE -> "relative position biases (pos_emb: rpe), only rotary positions";
      case ALIBI -> "alibi (pos_emb: alibi), only rotary positions";
      case NONE -> "networks without positions (pos_emb: none), only with rotary ones";
      case ROTARY -> throw new IllegalArgumentException("rotary is what it has");
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT);
  }
}
