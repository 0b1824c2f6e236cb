package neox.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.report.RunDescription.Seeds;
import neox.python.PythonCase;
import neox.python.PythonLiteral;
import neox.python.PythonText;

/// Options whose values have a grammar of their own.
final class EvalArguments {
  /// One number for all seeds; three for Python, NumPy and PyTorch; four with that of the few-shot
  /// examples.
  static Seeds seeds(String text) {
    if (text.isEmpty()) {
      return Seeds.DEFAULT;
    }
    List<Long> seeds = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        seeds.add(Long.parseLong(part.strip()));
      } catch (NumberFormatException e) {
        throw badSeeds(text);
      }
    }
    return switch (seeds.size()) {
      case 1 -> new Seeds(seeds.get(0), seeds.get(0), seeds.get(0), seeds.get(0));
      case 3 -> new Seeds(seeds.get(0), seeds.get(1), seeds.get(2), Seeds.DEFAULT.fewShot());
      case 4 -> new Seeds(seeds.get(0), seeds.get(1), seeds.get(2), seeds.get(3));
      default -> throw badSeeds(text);
    };
  }

  private static UserException badSeeds(String text) {
    return UserException.of(
        "--seed %s: expected one, three or four integers with commas between, such as"
            + " 0,1234,1234,1234",
        text);
  }

  /// `key=value,…` or a JSON object. Values are read as the harness reads them: numbers, Python's
  /// literals, and text for all the rest; a comma inside brackets or quotes divides nothing.
  static ObjectNode keywords(String text) {
    if (text.strip().startsWith("{")) {
      return (ObjectNode) Json.parse(text, "--gen-kwargs");
    }
    ObjectNode keywords = Json.mapper().createObjectNode();
    for (String part : parts(text)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw UserException.of(
            "--gen-kwargs %s: expected key=value, such as max_gen_toks=32, found \"%s\"",
            text, part);
      }
      keywords.set(part.substring(0, equals), value(part.substring(equals + 1)));
    }
    return keywords;
  }

  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    char quote = 0;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if ("[({".indexOf(c) >= 0) {
        depth++;
      } else if ("])}".indexOf(c) >= 0) {
        depth = Math.max(0, depth - 1);
      } else if (c == ',' && depth == 0) {
        parts.add(text.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(text.substring(from));
    parts.removeIf(String::isEmpty);
    return parts;
  }

  private static JsonNode value(String text) {
    String lower = PythonCase.lower(text);
    if (lower.equals("true") || lower.equals("false")) {
      return BooleanNode.valueOf(lower.equals("true"));
    }
    if (PythonText.all(text, PythonText::isDecimal)) {
      return PythonLiteral.parse(decimal(text)).orElseThrow();
    }
    return PythonLiteral.number(text)
        .<JsonNode>map(DoubleNode::valueOf)
        .or(() -> PythonLiteral.parse(text))
        .orElseGet(() -> TextNode.valueOf(text));
  }

  /// The digits of any script as those of ASCII, without zeros before them.
  private static String decimal(String digits) {
    StringBuilder ascii = new StringBuilder();
    digits.codePoints().forEach(c -> ascii.append(Character.digit(c, 10)));
    return ascii.toString().replaceFirst("^0+(?=.)", "");
  }

  private EvalArguments() {}
}
