package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import neox.base.json.Json;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;

/// The rotary settings of a `config.json`, wherever a version of transformers put them: 4 at the
/// top, 5 in `rope_parameters`.
///
/// @param fraction of each head's dimensions that is rotated
/// @param base theta of arXiv:2104.09864
/// @param scaling beyond the positions of training
record Rope(double fraction, int base, RotaryScaling scaling) {
  private static final int DEFAULT_BASE = 10000;
  private static final String FRACTION = "partial_rotary_factor";
  private static final String BASE = "rope_theta";

  /// What an architecture of transformers calls its settings at the top.
  ///
  /// @param foreign names that mean the same elsewhere, and that it takes no notice of
  /// @param absent the fraction that it takes when none is given
  record Names(String fraction, String base, List<String> foreign, double absent) {}

  static final Names NEOX =
      new Names("rotary_pct", "rotary_emb_base", List.of(FRACTION, BASE), 0.25);
  static final Names LLAMA = new Names(FRACTION, BASE, List.of("rotary_pct", "rotary_emb_base"), 1);

  /// As transformers does: what a settings object says counts, then what stands at the top.
  static Rope read(HfJson json, Names names) {
    Optional<JsonNode> settings = settings(json);
    double fraction =
        number(json, settings, FRACTION)
            .or(() -> top(json, names.fraction()))
            .orElse(names.absent());
    double base =
        number(json, settings, BASE)
            .or(() -> top(json, names.base()))
            .orElse((double) DEFAULT_BASE);
    refuseContradiction(json, names.foreign(), List.of(fraction, base));
    boolean whole = base >= 1 && base == Math.rint(base) && base <= Integer.MAX_VALUE;
    json.check(whole, "rotary base %s is not a whole number", base);
    boolean share = fraction >= 0 && fraction <= 1;
    json.check(share, "rotary fraction %s; expected 0 to 1", fraction);
    return new Rope(
        share ? fraction : names.absent(),
        whole ? (int) base : DEFAULT_BASE,
        settings.map(object -> scaling(json, object)).orElseGet(RotaryScaling.None::new));
  }

  /// The settings object; `rope_scaling`, which older versions write, goes before the other.
  private static Optional<JsonNode> settings(HfJson json) {
    Optional<JsonNode> first = Optional.empty();
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      JsonNode object = json.at(key);
      json.check(
          object.isObject() || object.isNull() || object.isMissingNode(),
          "%s is %s; expected an object",
          key,
          HfJson.shorten(object));
      String type = typeOf(object);
      json.check(
          List.of("default", "linear", "yarn", "llama3").contains(type),
          "%s of type '%s' is not supported; expected linear, yarn, llama3 or none",
          key,
          type);
      boolean nested = false;
      for (JsonNode value : object) {
        nested |= value.isObject();
      }
      json.check(!nested, "%s differs from layer to layer, which is not supported", key);
      if (first.isEmpty() && object.isObject() && !object.isEmpty()) {
        first = Optional.of(object);
      }
    }
    return first;
  }

  private static String typeOf(JsonNode settings) {
    return settings.path("rope_type").asText(settings.path("type").asText("default"));
  }

  private static RotaryScaling scaling(HfJson json, JsonNode settings) {
    return switch (typeOf(settings)) {
      case "linear" -> new RotaryScaling.Linear(factor(json, settings));
      case "yarn" -> yarn(json, settings, factor(json, settings));
      case "llama3" -> llama3(json, settings, factor(json, settings));
      default -> new RotaryScaling.None();
    };
  }

  private static double factor(HfJson json, JsonNode settings) {
    double factor = number(json, Optional.of(settings), "factor").orElse(0.0);
    json.check(
        factor >= 1,
        "factor of the %s positions is %s; expected a number of at least 1",
        typeOf(settings),
        HfJson.shorten(settings.path("factor")));
    return Math.max(1, factor);
  }

  private static RotaryScaling yarn(HfJson json, JsonNode settings, double factor) {
    for (String key : List.of("mscale", "mscale_all_dim")) {
      json.check(settings.path(key).isMissingNode(), "yarn with %s is not supported", key);
    }
    json.check(settings.path("truncate").asBoolean(true), "yarn without truncate is not supported");
    return new RotaryScaling.Yarn(
        factor,
        trainedPositions(json, settings),
        of(json, settings, "beta_fast", 32),
        of(json, settings, "beta_slow", 1),
        of(json, settings, "attention_factor", RotaryScaling.Yarn.attentionFactor(factor)));
  }

  private static RotaryScaling llama3(HfJson json, JsonNode settings, double factor) {
    double low = of(json, settings, "low_freq_factor", 1);
    double high = of(json, settings, "high_freq_factor", 4);
    json.check(
        high > low,
        "high_freq_factor of the rotary positions is %s; expected more than low_freq_factor (%s)",
        high,
        low);
    return new RotaryScaling.Llama3(factor, trainedPositions(json, settings), low, high);
  }

  private static int trainedPositions(HfJson json, JsonNode settings) {
    JsonNode positions = settings.path("original_max_position_embeddings");
    json.check(
        positions.canConvertToInt() && positions.asInt() >= 1,
        "original_max_position_embeddings of %s is %s; expected a whole number above 0",
        typeOf(settings),
        HfJson.shorten(positions));
    return Math.max(1, positions.asInt());
  }

  private static double of(HfJson json, JsonNode settings, String key, double absent) {
    double value = number(json, Optional.of(settings), key).orElse(absent);
    json.check(value > 0, "%s of the rotary positions is %s; expected above 0", key, value);
    return value;
  }

  /// What `config.json` says of rotary positions: at the top for transformers 4, in
  /// `rope_parameters` for 5, each of which passes over the other's.
  ///
  /// @param part of each head that is rotated, where the architecture has a choice
  static Map<String, Object> write(Positions.Rotary rotary, OptionalDouble part) {
    Map<String, Object> scaling = scaling(rotary.scaling());
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("rope_type", "default");
    all.put(BASE, (double) rotary.base());
    all.putAll(scaling);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(BASE, (double) rotary.base());
    json.put("rope_scaling", scaling.isEmpty() ? Json.mapper().nullNode() : scaling);
    part.ifPresent(fraction -> {
      all.put(FRACTION, fraction);
      json.put(FRACTION, fraction);
    });
    json.put("rope_parameters", all);
    return json;
  }

  private static Map<String, Object> scaling(RotaryScaling scaling) {
    Map<String, Object> settings = new LinkedHashMap<>();
    switch (scaling) {
      case RotaryScaling.None _ -> {}
      case RotaryScaling.Linear(double factor) -> {
        settings.put("rope_type", "linear");
        settings.put("factor", factor);
      }
      case RotaryScaling.Yarn yarn -> {
        settings.put("rope_type", "yarn");
        settings.put("factor", yarn.factor());
        settings.put("original_max_position_embeddings", yarn.positions());
        settings.put("beta_fast", yarn.betaFast());
        settings.put("beta_slow", yarn.betaSlow());
        settings.put("attention_factor", yarn.attentionFactor());
      }
      case RotaryScaling.Llama3 llama -> {
        settings.put("rope_type", "llama3");
        settings.put("factor", llama.factor());
        settings.put("original_max_position_embeddings", llama.positions());
        settings.put("low_freq_factor", llama.lowFrequency());
        settings.put("high_freq_factor", llama.highFrequency());
      }
    }
    return settings;
  }

  /// What stands under a name that the architecture does not read must at least not mean another.
  private static void refuseContradiction(HfJson json, List<String> foreign, List<Double> used) {
    for (String key : foreign) {
      top(json, key)
          .filter(value -> !used.contains(value))
          .ifPresent(value ->
              json.problem(
                  "%s is %s, which transformers does not read here; remove it", key, value));
    }
  }

  private static Optional<Double> top(HfJson json, String key) {
    JsonNode value = json.at(key);
    return value.isMissingNode() || value.isNull()
        ? Optional.empty()
        : Optional.of(json.real(key, 1));
  }

  private static Optional<Double> number(HfJson json, Optional<JsonNode> settings, String key) {
    Optional<JsonNode> value =
        settings.map(object -> object.path(key)).filter(v -> !v.isMissingNode() && !v.isNull());
    value.ifPresent(
        v -> json.check(v.isNumber(), "%s is %s; expected a number", key, HfJson.shorten(v)));
    return value.map(v -> v.asDouble(1));
  }

  /// The scheme for heads of that size.
  Positions positions(HfJson json, HfDims dims) {
    int headDim = dims.headDim();
    Positions.Rotary rotary = new Positions.Rotary(fraction, base, scaling);
    json.check(
        rotary.fits(headDim),
        HfDims.HEADS,
        "rotary fraction %s of a head of %d dimensions rotates %d of them; expected an even number"
            + " above 0",
        fraction,
        headDim,
        rotary.dims(headDim));
    return rotary;
  }
}
