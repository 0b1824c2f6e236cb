package neox.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import neox.python.JsonWriter.Escaping;
import neox.python.JsonWriter.Layout;

/// JSON trees as Python writes their values, character for character: `json.dumps` (hashes are
/// taken of it), `repr` and `str`.
public final class PythonJson {
  /// `json.dumps(value, ensure_ascii=False)`: one line, `", "` and `": "`.
  public static String line(JsonNode value) {
    return dumps(value, Optional.empty());
  }

  /// `json.dumps(value, indent=2, ensure_ascii=False)`, no newline at the end.
  public static String indented(JsonNode value) {
    return dumps(value, Optional.of("  "));
  }

  private static String dumps(JsonNode value, Optional<String> indent) {
    JsonWriter out = new JsonWriter(Layout.of(Escaping.NEEDED, indent));
    write(value, out);
    return out.toString();
  }

  private static void write(JsonNode value, JsonWriter out) {
    switch (value.getNodeType()) {
      case STRING -> out.text(value.textValue());
      case BOOLEAN -> out.bool(value.booleanValue());
      case NULL, MISSING -> out.none();
      case NUMBER -> {
        if (value.isIntegralNumber()) {
          out.integer(value.bigIntegerValue());
        } else {
          out.real(value.doubleValue());
        }
      }
      case ARRAY -> {
        out.openList();
        for (JsonNode item : value) {
          out.item();
          write(item, out);
        }
        out.closeList();
      }
      case OBJECT -> {
        out.openDict();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          out.key(field.getKey());
          write(field.getValue(), out);
        }
        out.closeDict();
      }
      case BINARY, POJO -> throw new IllegalArgumentException("not a JSON value: " + value);
    }
  }

  /// `str(value)`: text as it is, everything else as [#repr].
  public static String str(JsonNode value) {
    return value.isTextual() ? value.textValue() : repr(value);
  }

  /// `repr(value)` of None, bool, int, float, str, list and dict.
  public static String repr(JsonNode value) {
    StringBuilder out = new StringBuilder();
    repr(value, out);
    return out.toString();
  }

  private static void repr(JsonNode value, StringBuilder out) {
    switch (value.getNodeType()) {
      case STRING -> out.append(PythonRepr.of(value.textValue()));
      case BOOLEAN -> out.append(value.booleanValue() ? "True" : "False");
      case NULL, MISSING -> out.append("None");
      case NUMBER ->
          out.append(
              value.isIntegralNumber()
                  ? value.bigIntegerValue().toString()
                  : PythonRepr.of(value.doubleValue()));
      case ARRAY -> {
        String separator = "[";
        for (JsonNode item : value) {
          out.append(separator);
          repr(item, out);
          separator = ", ";
        }
        out.append(value.isEmpty() ? "[]" : "]");
      }
      case OBJECT -> {
        String separator = "{";
        for (Map.Entry<String, JsonNode> field : value.properties()) {
          out.append(separator).append(PythonRepr.of(field.getKey())).append(": ");
          repr(field.getValue(), out);
          separator = ", ";
        }
        out.append(value.isEmpty() ? "{}" : "}");
      }
      case BINARY, POJO -> throw new IllegalArgumentException("not a JSON value: " + value);
    }
  }

  private PythonJson() {}
}
