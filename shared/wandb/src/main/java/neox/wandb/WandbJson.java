package neox.wandb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import neox.base.json.Json;

/// JSON in W&B's dialect: numbers that are none are the bare words `NaN`, `Infinity`, `-Infinity`,
/// but texts in a summary.
final class WandbJson {
  private static final ObjectMapper MAPPER =
      Json.mapper().copy().configure(JsonWriteFeature.WRITE_NAN_AS_STRINGS.mappedFeature(), false);

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static String line(JsonNode json) {
    try {
      return MAPPER.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /// A copy in which numbers that are none are texts, as W&B's SDK has them in summaries.
  static ObjectNode withWords(ObjectNode values) {
    ObjectNode copy = values.deepCopy();
    values
        .properties()
        .forEach(field -> {
          double number = field.getValue().isDouble() ? field.getValue().asDouble() : 0;
          if (!Double.isFinite(number)) {
            copy.put(field.getKey(), Double.toString(number));
          }
        });
    return copy;
  }

  static JsonNode parse(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  private WandbJson() {}
}
