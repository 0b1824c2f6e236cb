package neox.wandb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import neox.base.json.Json;

/// JSON in W&B's dialect: numbers that are none are the bare words `NaN`, `Infinity`, `-Infinity`.
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

  static JsonNode parse(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  private WandbJson() {}
}
