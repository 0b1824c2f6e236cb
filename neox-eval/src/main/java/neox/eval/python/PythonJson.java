package neox.eval.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;
import neox.base.PythonRepr;

/// Writes values as Python does, character for character: `json.dumps` (hashes are taken of it),
/// `repr` and `str`.
public final class PythonJson {
  private static final String HEX = "0123456789abcdef";

  /// `json.dumps(value, ensure_ascii=False)`: one line, `", "` and `": "`.
  public static String line(JsonNode value) {
    StringBuilder out = new StringBuilder();
    new Writer(out, -1).write(value, 0);
    return out.toString();
  }

  /// `json.dumps(value, indent=2, ensure_ascii=False)`, no newline at the end.
  public static String indented(JsonNode value) {
    StringBuilder out = new StringBuilder();
    new Writer(out, 2).write(value, 0);
    return out.toString();
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
      case NUMBER -> out.append(number(value, "nan", "inf"));
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

  private static String number(JsonNode value, String nan, String infinity) {
    if (value.isIntegralNumber()) {
      return value.bigIntegerValue().toString();
    }
    double real = value.doubleValue();
    if (Double.isNaN(real)) {
      return nan;
    }
    return Double.isInfinite(real) ? (real < 0 ? "-" : "") + infinity : PythonRepr.of(real);
  }

  /// One `json.dumps` in progress. @param indent spaces per level, negative for one line
  private record Writer(StringBuilder out, int indent) {
    void write(JsonNode value, int level) {
      switch (value.getNodeType()) {
        case STRING -> quote(value.textValue());
        case BOOLEAN -> out.append(value.booleanValue());
        case NULL, MISSING -> out.append("null");
        case NUMBER -> out.append(number(value, "NaN", "Infinity"));
        case ARRAY -> array(value, level);
        case OBJECT -> object(value, level);
        case BINARY, POJO -> throw new IllegalArgumentException("not a JSON value: " + value);
      }
    }

    private void array(JsonNode value, int level) {
      out.append('[');
      Iterator<JsonNode> items = value.iterator();
      for (boolean first = true; items.hasNext(); first = false) {
        separate(first, level + 1);
        write(items.next(), level + 1);
      }
      close(value.isEmpty(), ']', level);
    }

    private void object(JsonNode value, int level) {
      out.append('{');
      boolean first = true;
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        separate(first, level + 1);
        first = false;
        quote(field.getKey());
        out.append(": ");
        write(field.getValue(), level + 1);
      }
      close(value.isEmpty(), '}', level);
    }

    private void separate(boolean first, int level) {
      if (indent < 0) {
        out.append(first ? "" : ", ");
        return;
      }
      out.append(first ? "" : ",");
      newLine(level);
    }

    private void close(boolean empty, char bracket, int level) {
      if (indent >= 0 && !empty) {
        newLine(level);
      }
      out.append(bracket);
    }

    private void newLine(int level) {
      out.append('\n').repeat(' ', indent * level);
    }

    private void quote(String text) {
      out.append('"');
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '"' -> out.append("\\\"");
          case '\\' -> out.append("\\\\");
          case '\n' -> out.append("\\n");
          case '\r' -> out.append("\\r");
          case '\t' -> out.append("\\t");
          case '\b' -> out.append("\\b");
          case '\f' -> out.append("\\f");
          default -> {
            if (c < 0x20) {
              out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
              out.append(c);
            }
          }
        }
      }
      out.append('"');
    }
  }

  private PythonJson() {}
}
