package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import neox.config.model.Positions;

/// The rotary settings of a `config.json`, wherever a version of transformers put them: 4 at the
/// top, 5 in `rope_parameters`.
///
/// @param fraction of each head's dimensions that is rotated
/// @param base theta of arXiv:2104.09864
record Rope(double fraction, int base) {
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
    return new Rope(share ? fraction : names.absent(), whole ? (int) base : DEFAULT_BASE);
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
      String type = object.path("rope_type").asText(object.path("type").asText("default"));
      json.check(
          type.equals("default"), "%s of type '%s' is not supported; expected none", key, type);
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
    Positions.Rotary rotary = new Positions.Rotary(fraction, base);
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
