package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import neox.base.UserException;

/// The rotary settings of a `config.json`, wherever a version of transformers put them.
///
/// @param fraction of each head's dimensions that is rotated
/// @param base theta of arXiv:2104.09864
record Rope(double fraction, int base) {
  private static final double DEFAULT_FRACTION = 0.25;
  private static final double DEFAULT_BASE = 10000;

  static Rope read(Path file, JsonNode json) {
    for (String key : List.of("rope_parameters", "rope_scaling")) {
      JsonNode scaling = json.path(key);
      String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
      if (scaling.isObject() && !type.equals("default")) {
        throw new UserException(
            file + ": " + key + " of type '" + type + "' is not supported; expected none");
      }
    }
    double fraction =
        number(json, List.of("partial_rotary_factor", "rotary_pct"), DEFAULT_FRACTION);
    double base = number(json, List.of("rope_theta", "rotary_emb_base"), DEFAULT_BASE);
    if (base < 1 || base != Math.rint(base) || base > Integer.MAX_VALUE) {
      throw new UserException(file + ": rotary base " + base + " is not a whole number");
    }
    if (fraction < 0 || fraction > 1) {
      throw new UserException(file + ": rotary fraction " + fraction + "; expected 0 to 1");
    }
    return new Rope(fraction, (int) base);
  }

  /// The first of `keys` found, in `rope_parameters` or at the top; old names win over new ones at
  /// the top, where transformers 4 reads the old and copies them to the new.
  private static double number(JsonNode json, List<String> keys, double absent) {
    for (JsonNode place : List.of(json.path("rope_parameters"), json.path("rope_scaling"))) {
      for (String key : keys) {
        if (place.path(key).isNumber()) {
          return place.path(key).asDouble();
        }
      }
    }
    for (String key : keys.reversed()) {
      if (json.path(key).isNumber()) {
        return json.path(key).asDouble();
      }
    }
    return absent;
  }
}
