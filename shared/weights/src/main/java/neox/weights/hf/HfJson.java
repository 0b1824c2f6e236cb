package neox.weights.hf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.weights.MappedFile;

/// A `config.json` and what is wrong with it, which is reported all at once.
///
/// A value that does not fit is replaced by what stands for an absent one, so that reading goes on:
/// what was read is valid only after [#finish] has not thrown.
final class HfJson {
  private static final int LONGEST = 60;

  private final Path file;
  private final JsonNode json;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> faulty = new HashSet<>();

  private HfJson(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  static HfJson read(Path file) throws IOException {
    MappedFile.check(file);
    JsonNode json = Json.read(file);
    if (!json.isObject()) {
      throw new UserException(file + ": is not a JSON object; expected a model's configuration");
    }
    return new HfJson(file, json);
  }

  JsonNode at(String key) {
    return json.path(key);
  }

  /// Whether `key` is there, with null as its value.
  boolean isNull(String key) {
    return json.path(key).isNull();
  }

  /// A size, which is at least 1.
  int integer(String key, int absent) {
    return value(key, absent, HfJson::isSize, "a whole number above 0", JsonNode::asInt);
  }

  double real(String key, double absent) {
    return value(
        key,
        absent,
        value -> value.isNumber() && Double.isFinite(value.asDouble()) && value.asDouble() >= 0,
        "a number that is at least 0",
        JsonNode::asDouble);
  }

  /// The same where transformers takes null for the absent value, too.
  double realOrNull(String key, double absent) {
    return isNull(key) ? absent : real(key, absent);
  }

  boolean flag(String key, boolean absent) {
    return value(key, absent, JsonNode::isBoolean, "true or false", JsonNode::asBoolean);
  }

  String text(String key, String absent) {
    return value(key, absent, JsonNode::isTextual, "text", JsonNode::asText);
  }

  private static boolean isSize(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToInt() && value.asInt() >= 1;
  }

  /// The value of `key`; `absent` where there is none, or a wrong one, which is reported.
  private <T> T value(
      String key, T absent, Predicate<JsonNode> fits, String expected, Function<JsonNode, T> read) {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return absent;
    }
    if (!fits.test(value)) {
      problem("%s is %s; expected %s", key, shorten(value), expected);
      faulty.add(key);
      return absent;
    }
    return read.apply(value);
  }

  /// The beginning of a value that may be of any length.
  static String shorten(JsonNode value) {
    if (value.isMissingNode()) {
      return "missing";
    }
    if (value.isContainerNode()) {
      return (value.isArray() ? "a list of " : "an object of ") + value.size();
    }
    String text = value.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /// How the weights once started, as far as it is told.
  InitConfig init() {
    return new InitConfig(InitMethod.NORMAL, InitMethod.NORMAL, real("initializer_range", 0.02));
  }

  void check(boolean holds, String format, Object... arguments) {
    check(holds, List.of(), format, arguments);
  }

  /// Reports a broken rule between `keys`, unless one of them is already known to be wrong.
  void check(boolean holds, List<String> keys, String format, Object... arguments) {
    if (!holds && keys.stream().noneMatch(faulty::contains)) {
      problem(format, arguments);
      faulty.addAll(keys);
    }
  }

  void problem(String format, Object... arguments) {
    problems.add(file + ": " + String.format(Locale.ROOT, format, arguments));
  }

  /// Throws one [UserException] with a line for each problem, if there is any.
  void finish() {
    if (!problems.isEmpty()) {
      throw UserException.ofAll(problems);
    }
  }
}
