package neox.evaluation.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Python's values as JSON, as `json.dumps` sees them: tuples are lists, keys are texts.
public final class ValueJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public static JsonNode of(Value value) {
    return switch (value) {
      case Value.None none -> JSON.nullNode();
      case Value.Bool(boolean bool) -> BooleanNode.valueOf(bool);
      case Value.Int(BigInteger number) -> whole(number);
      case Value.Real(double number) -> JSON.numberNode(number);
      case Value.Text(String text, _) -> JSON.textNode(text);
      case Value.Listing(List<Value> items) -> array(items);
      case Value.Tuple tuple -> array(tuple.items());
      case Dict dict -> of(dict);
      default -> throw new IllegalArgumentException("no JSON for a " + value.type());
    };
  }

  public static ObjectNode of(Dict dict) {
    ObjectNode object = JSON.objectNode();
    dict.forEach((key, value) -> object.set(key(key), of(value)));
    return object;
  }

  private static String key(Value key) {
    return switch (key) {
      case Value.None none -> "null";
      case Value.Bool(boolean bool) -> String.valueOf(bool);
      default -> Printing.str(key);
    };
  }

  private static JsonNode whole(BigInteger number) {
    if (number.bitLength() < Integer.SIZE) {
      return JSON.numberNode(number.intValue());
    }
    return number.bitLength() < Long.SIZE
        ? JSON.numberNode(number.longValue())
        : JSON.numberNode(number);
  }

  private static ArrayNode array(List<Value> items) {
    ArrayNode array = JSON.arrayNode();
    items.forEach(item -> array.add(of(item)));
    return array;
  }

  private ValueJson() {}
}
