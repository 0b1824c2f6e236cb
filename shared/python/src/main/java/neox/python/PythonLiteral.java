package neox.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A value written as in Python: numbers, strings, `None`, `True`, `False`, and lists, tuples and
/// dictionaries of them, as JSON. What `ast.literal_eval` reads, but for bytes, sets and complex
/// numbers.
public final class PythonLiteral {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Pattern NUMBER =
      Pattern.compile(
          "[+-]?(?:0[xX]([0-9a-fA-F]+)|(\\d+\\.\\d*|\\.\\d+|\\d+(?=[eE]))(?:[eE][+-]?\\d+)?|(0+|[1-9]\\d*))");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[+-]?(?:(?:\\d+(?:_\\d+)*)?\\.?(?:\\d+(?:_\\d+)*)?(?:e[+-]?\\d+(?:_\\d+)*)?|inf(?:inity)?|nan)");
  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int depth;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /// The value; empty when the text is no literal.
  public static Optional<JsonNode> parse(String text) {
    PythonLiteral literal =
        new PythonLiteral(PythonText.leftStrip(text, c -> c == ' ' || c == '\t'));
    Optional<JsonNode> value = literal.value();
    literal.skipBlanks();
    return literal.at == literal.text.length() ? value : Optional.empty();
  }

  /// What `float(text)` gives; empty when it fails.
  public static Optional<Double> number(String text) {
    String body = PythonText.strip(text).toLowerCase(Locale.ROOT);
    boolean digits = body.chars().anyMatch(Character::isDigit);
    boolean named = body.contains("n");
    if (!FLOAT.matcher(body).matches() || (!digits && !named)) {
      return Optional.empty();
    }
    String bare = body.replace("_", "");
    if (named) {
      return Optional.of(
          bare.contains("nan")
              ? Double.NaN
              : bare.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    try {
      return Optional.of(Double.parseDouble(bare));
    } catch (NumberFormatException e) {
      return Optional.empty(); // an exponent without a number before it
    }
  }

  private Optional<JsonNode> value() {
    skipBlanks();
    if (at == text.length() || depth > MAX_DEPTH) {
      return Optional.empty();
    }
    depth++;
    Optional<JsonNode> value =
        switch (text.charAt(at)) {
          case '[' -> list(']');
          case '(' -> list(')');
          case '{' -> dict();
          case '"', '\'' -> strings();
          default -> number().or(this::word);
        };
    depth--;
    return value;
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean skip(char wanted) {
    skipBlanks();
    boolean found = at < text.length() && text.charAt(at) == wanted;
    at += found ? 1 : 0;
    return found;
  }

  private Optional<JsonNode> list(char close) {
    at++;
    ArrayNode list = JSON.arrayNode();
    boolean comma = false;
    while (!skip(close)) {
      Optional<JsonNode> item = value();
      if (item.isEmpty()) {
        return Optional.empty();
      }
      list.add(item.get());
      comma = skip(',');
      if (!comma) {
        return !skip(close)
            ? Optional.empty()
            : Optional.of(close == ')' && list.size() == 1 ? list.get(0) : list);
      }
    }
    return Optional.of(list);
  }

  private Optional<JsonNode> dict() {
    at++;
    ObjectNode dict = JSON.objectNode();
    while (!skip('}')) {
      Optional<JsonNode> key = value();
      Optional<JsonNode> value = key.isPresent() && skip(':') ? value() : Optional.empty();
      if (value.isEmpty() || key.get().isContainerNode()) {
        return Optional.empty();
      }
      dict.set(key.get().asText(), value.get());
      if (!skip(',')) {
        return skip('}') ? Optional.of(dict) : Optional.empty();
      }
    }
    return Optional.of(dict);
  }

  /// Strings that follow each other are one.
  private Optional<JsonNode> strings() {
    StringBuilder joined = new StringBuilder();
    while (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      char quote = text.charAt(at++);
      int end = at;
      while (end < text.length() && text.charAt(end) != quote) {
        end += text.charAt(end) == '\\' ? 2 : 1;
      }
      if (end >= text.length()) {
        return Optional.empty();
      }
      try {
        joined.append(Escapes.decode(text.substring(at, end)));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
      at = end + 1;
      skipBlanks();
    }
    return Optional.of(JSON.textNode(joined.toString()));
  }

  private Optional<JsonNode> number() {
    Matcher matcher = NUMBER.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      return Optional.empty();
    }
    at = matcher.end();
    String digits = matcher.group();
    if (matcher.group(2) != null) {
      return Optional.of(JSON.numberNode(Double.parseDouble(digits)));
    }
    boolean hex = matcher.group(1) != null;
    BigInteger whole =
        hex ? new BigInteger(matcher.group(1), 16) : new BigInteger(matcher.group(3));
    return Optional.of(whole(digits.startsWith("-") ? whole.negate() : whole));
  }

  private static JsonNode whole(BigInteger number) {
    return number.bitLength() < Integer.SIZE
        ? JSON.numberNode(number.intValue())
        : JSON.numberNode(number);
  }

  private Optional<JsonNode> word() {
    Matcher matcher = WORD.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      return Optional.empty();
    }
    at = matcher.end();
    return switch (matcher.group()) {
      case "True" -> Optional.of(JSON.booleanNode(true));
      case "False" -> Optional.of(JSON.booleanNode(false));
      case "None" -> Optional.of(JSON.nullNode());
      default -> Optional.empty();
    };
  }
}
