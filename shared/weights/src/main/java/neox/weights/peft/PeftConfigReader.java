package neox.weights.peft;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.base.json.Json;
import neox.weights.MappedFile;

/// Reads `adapter_config.json` and collects everything in it that NeoX cannot have.
final class PeftConfigReader {
  /// Patterns of PEFT are regular expressions; these are only names.
  private static final Pattern MODULE = Pattern.compile("[\\w.]{1,200}");

  /// A switch that adds something to the formula of LoRA.
  private record Addition(String key, String what) {}

  /// Ways to begin adapters that leave the base as it is.
  private static final Set<String> PLAIN_BEGINNINGS =
      Set.of("true", "false", "null", "gaussian", "eva", "orthogonal");

  private static final List<Addition> ADDITIONS =
      List.of(
          new Addition("use_dora", "weights that are decomposed into length and direction (DoRA)"),
          new Addition("lora_bias", "biases beside B"),
          new Addition("alora_invocation_tokens", "adapters that begin at a token (aLoRA)"),
          new Addition("use_qalora", "adapters of quantized groups (QA-LoRA)"));

  private final Path file;
  private final List<String> problems = new ArrayList<>();

  PeftConfigReader(Path file) {
    this.file = file;
  }

  PeftConfig read() throws IOException {
    MappedFile.check(file);
    JsonNode json = Json.read(file);
    if (!json.isObject()) {
      throw UserException.of("%s: is not a JSON object; expected PEFT's configuration", file);
    }
    String type = json.path("peft_type").asText("");
    if (!type.equals("LORA")) {
      throw UserException.of("%s: peft_type is '%s'; expected LORA", file, type);
    }
    refuse(json);
    PeftConfig config =
        new PeftConfig(
            Optional.of(json.path("base_model_name_or_path"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText),
            rank(json),
            number(json.path("lora_alpha"), "lora_alpha", 8),
            alphas(json.path("alpha_pattern")),
            json.path("use_rslora").asBoolean(false),
            dropout(json));
    if (!problems.isEmpty()) {
      throw UserException.ofAll(problems);
    }
    return config;
  }

  private void refuse(JsonNode json) {
    for (Addition addition : ADDITIONS) {
      JsonNode value = json.path(addition.key());
      check(
          value.isMissingNode() || value.isNull() || (value.isBoolean() && !value.asBoolean()),
          "%s: NeoX has no %s",
          addition.key(),
          addition.what());
    }
    String bias = json.path("bias").asText("none");
    check(
        bias.equals("none"), "bias is '%s': NeoX's adapters train no biases; expected none", bias);
    JsonNode saved = json.path("modules_to_save");
    check(
        saved.isMissingNode() || saved.isNull() || saved.isEmpty(),
        "modules_to_save: NeoX's adapters come with no whole modules (%s)",
        saved);
    JsonNode replicated = json.path("layer_replication");
    check(
        replicated.isMissingNode() || replicated.isNull() || replicated.isEmpty(),
        "layer_replication: NeoX has no layers that share weights");
    String beginning = json.path("init_lora_weights").asText("true");
    check(
        PLAIN_BEGINNINGS.contains(beginning.toLowerCase(Locale.ROOT)),
        "init_lora_weights is '%s': such adapters belong to a base that PEFT changes when it begins"
            + " them; save them as plain ones"
            + " (save_pretrained with path_initial_model_for_weight_conversion)",
        beginning);
    check(
        !json.path("fan_in_fan_out").asBoolean(false),
        "fan_in_fan_out: weights are [out, in] here, not [in, out]");
  }

  private int rank(JsonNode json) {
    JsonNode rank = json.path("r");
    boolean valid = rank.isMissingNode() || (rank.canConvertToInt() && rank.asInt() >= 1);
    check(valid, "r is %s; expected a whole number above 0", rank);
    return valid ? rank.asInt(8) : 8;
  }

  private double dropout(JsonNode json) {
    JsonNode dropout = json.path("lora_dropout");
    double value = dropout.asDouble(0);
    boolean valid = dropout.isMissingNode() || (dropout.isNumber() && value >= 0 && value < 1);
    check(valid, "lora_dropout is %s; expected at least 0 and below 1", dropout);
    return valid ? value : 0;
  }

  private double number(JsonNode value, String key, double absent) {
    boolean valid =
        value.isMissingNode()
            || (value.isNumber() && Double.isFinite(value.asDouble()) && value.asDouble() > 0);
    check(valid, "%s is %s; expected a number above 0", key, value);
    return valid ? value.asDouble(absent) : absent;
  }

  private Map<String, Double> alphas(JsonNode pattern) {
    Map<String, Double> alphas = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> each : pattern.properties()) {
      boolean name = MODULE.matcher(each.getKey()).matches();
      check(name, "alpha_pattern: '%s' is not the name of a module", each.getKey());
      alphas.put(each.getKey(), number(each.getValue(), "alpha_pattern." + each.getKey(), 1));
    }
    return alphas;
  }

  private void check(boolean holds, String format, Object... arguments) {
    if (!holds) {
      problems.add(file + ": " + String.format(Locale.ROOT, format, arguments));
    }
  }
}
