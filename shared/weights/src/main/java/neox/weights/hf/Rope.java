package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import neox.config.model.Positions;

/// The rotary settings of a `config.json`, wherever a version of transformers put them: 4 at the
/// top, 5 in `rope_parameters`.
///
/// @param fraction of each head's dimensions that is rotated
/// @param base theta of arXiv:2104.09864
record Rope(double fraction, int base) {
  private static final int DEFAULT_BASE = 10000;

  static Rope read(HfJson json, double defaultFraction) {
    for (String key : List.of("rope_parameters", "rope_scaling")) {
      JsonNode scaling = json.at(key);
      String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
      json.check(
          !scaling.isObject() || type.equals("default"),
          "%s of type '%s' is not supported; expected none",
          key,
          type);
    }
    double fraction = number(json, List.of("partial_rotary_factor", "rotary_pct"), defaultFraction);
    double base = number(json, List.of("rope_theta", "rotary_emb_base"), DEFAULT_BASE);
    boolean whole = base >= 1 && base == Math.rint(base) && base <= Integer.MAX_VALUE;
    json.check(whole, "rotary base %s is not a whole number", base);
    boolean share = fraction >= 0 && fraction <= 1;
    json.check(share, "rotary fraction %s; expected 0 to 1", fraction);
    return new Rope(share ? fraction : defaultFraction, whole ? (int) base : DEFAULT_BASE);
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

  /// The first of `keys` found, in `rope_parameters` or at the top; old names win over new ones at
  /// the top, where transformers 4 reads the old and copies them to the new.
  private static double number(HfJson json, List<String> keys, double absent) {
    for (JsonNode place : List.of(json.at("rope_parameters"), json.at("rope_scaling"))) {
      for (String key : keys) {
        if (place.path(key).isNumber()) {
          return place.path(key).asDouble();
        }
      }
    }
    for (String key : keys.reversed()) {
      if (json.at(key).isNumber()) {
        return json.at(key).asDouble();
      }
    }
    return absent;
  }
}
