package neox.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.Json;
import neox.base.UserException;
import neox.eval.report.RunDescription.Seeds;

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

  /// `key=value,…` or a JSON object; values that read as JSON (numbers, true, false) are that,
  /// others are text.
  static ObjectNode keywords(String text) {
    if (text.strip().startsWith("{")) {
      return (ObjectNode) Json.parse(text, "--gen-kwargs");
    }
    ObjectNode keywords = Json.mapper().createObjectNode();
    if (text.isBlank()) {
      return keywords;
    }
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw UserException.of(
            "--gen-kwargs %s: expected key=value, such as max_gen_toks=32, found \"%s\"",
            text, part);
      }
      keywords.set(part.substring(0, equals).strip(), value(part.substring(equals + 1).strip()));
    }
    return keywords;
  }

  private static JsonNode value(String text) {
    String lower =
        text.equals("True") || text.equals("False") ? text.toLowerCase(Locale.ROOT) : text;
    try {
      JsonNode value = Json.mapper().readTree(lower);
      return value.isNumber() || value.isBoolean() ? value : TextNode.valueOf(text);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  private EvalArguments() {}
}
