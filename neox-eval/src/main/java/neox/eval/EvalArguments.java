package neox.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.report.RunDescription.Seeds;
import neox.evaluation.task.DocumentChoice;
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
  ///
  /// @param option whose value it is, for messages
  static ObjectNode keywords(String option, String text) {
    if (text.strip().startsWith("{")) {
      return (ObjectNode) Json.parse(text, option);
    }
    ObjectNode keywords = Json.mapper().createObjectNode();
    for (String part : parts(text)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw UserException.of(
            "%s %s: expected key=value, such as max_gen_toks=32, found \"%s\"", option, text, part);
      }
      keywords.set(part.substring(0, equals), value(part.substring(equals + 1)));
    }
    return keywords;
  }

  /// A JSON object of lists of places, or the path of a file that holds one.
  static DocumentChoice samples(String text) throws IOException {
    boolean isJson = text.strip().startsWith("{");
    JsonNode json = isJson ? Json.parse(text, "--samples") : Json.read(Path.of(text));
    Map<String, SortedSet<Integer>> places = new HashMap<>();
    for (Map.Entry<String, JsonNode> task : json.properties()) {
      SortedSet<Integer> own = new TreeSet<>();
      for (JsonNode place : task.getValue()) {
        if (!place.canConvertToInt() || !place.isIntegralNumber() || place.intValue() < 0) {
          throw badSamples(task.getKey(), place);
        }
        own.add(place.intValue());
      }
      if (own.isEmpty()) {
        throw badSamples(task.getKey(), task.getValue());
      }
      places.put(task.getKey(), own);
    }
    if (places.isEmpty()) {
      throw new UserException("--samples: expected {\"TASK\": [N, …], …}, found no task");
    }
    return new DocumentChoice.Listed(places);
  }

  private static UserException badSamples(String task, JsonNode found) {
    return UserException.of(
        "--samples: %s: expected places of documents, counted from 0, such as [0, 3], found %s",
        task, found);
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
