package neox.generate.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import neox.generate.sample.Sample;
import org.jspecify.annotations.Nullable;

/// A line of JSON that holds a prompt.
///
/// @param others the fields beside the prompt, in their order, which the answer repeats
record Row(String prompt, Map<String, JsonNode> others) {
  /// Where a prompt may stand, the first that a row has.
  private static final List<String> KEYS = List.of("prompt", "context", "text");

  /// [UserException] when the line is no object with a prompt, or has a field that the answer
  /// needs.
  ///
  /// @param where `file:line`
  /// @param key of the prompt; empty: one of the usual ones
  /// @param written the fields of an answer
  static Row parse(String line, String where, Optional<String> key, Iterable<String> written) {
    JsonNode json = Json.parse(line, where);
    if (!json.isObject()) {
      throw UserException.of("%s: expected a JSON object, found %s", where, kind(json));
    }
    String name = key.orElseGet(() -> usual(json, where));
    JsonNode prompt = json.path(name);
    if (!prompt.isTextual()) {
      throw UserException.of(
          "%s: '%s' holds the prompt; expected text, found %s", where, name, kind(prompt));
    }
    Map<String, JsonNode> others = new LinkedHashMap<>();
    json.properties().forEach(field -> others.put(field.getKey(), field.getValue()));
    others.remove(name);
    for (String field : written) {
      if (others.containsKey(field)) {
        throw UserException.of(
            "%s: has a field '%s' beside its prompt, where the answer goes; rename it",
            where, field);
      }
    }
    return new Row(prompt.textValue(), others);
  }

  private static String usual(JsonNode json, String where) {
    return KEYS.stream()
        .filter(json::has)
        .findFirst()
        .orElseThrow(() ->
            UserException.of(
                "%s: no prompt in it; expected one of the fields %s, or the one that --key names",
                where, String.join(", ", KEYS)));
  }

  private static String kind(JsonNode json) {
    return switch (json.getNodeType()) {
      case MISSING -> "nothing";
      case NULL -> "null";
      case STRING -> "text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a truth value";
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case BINARY, POJO -> throw new IllegalStateException("no parser makes these");
    };
  }

  /// The line that answers this one.
  String answer(Sample sample) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>(others);
    line.putAll(sample.fields());
    return Json.line(line) + "\n";
  }
}
