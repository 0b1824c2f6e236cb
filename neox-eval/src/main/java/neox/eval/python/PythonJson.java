package neox.eval.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;

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

  /// `repr(float)`: the shortest digits that read back equal; an exponent below 1e-4 and from 1e16.
  public static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    String power = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + power;
  }

  /// `repr(str)`: single quotes, unless the text holds one and no double quote.
  public static String repr(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints().forEach(c -> escape(c, quote, out));
    return out.append(quote).toString();
  }

  private static void escape(int c, char quote, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').appendCodePoint(c);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U");
          int width = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
          for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) {
            out.append(HEX.charAt(c >> shift & 15));
          }
        }
      }
    }
  }

  /// `str.isprintable`: not "other", not a separator but the space.
  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  private static void repr(JsonNode value, StringBuilder out) {
    switch (value.getNodeType()) {
      case STRING -> out.append(repr(value.textValue()));
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
          out.append(separator).append(repr(field.getKey())).append(": ");
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
    return Double.isInfinite(real) ? (real < 0 ? "-" : "") + infinity : repr(real);
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
