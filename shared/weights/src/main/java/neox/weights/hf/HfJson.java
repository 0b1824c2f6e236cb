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
import neox.base.Json;
import neox.base.UserException;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;

/// A `config.json` and what is wrong with it, which is reported all at once.
///
/// A value that does not fit is replaced by what stands for an absent one, so that reading goes on:
/// what was read is valid only after [#finish] has not thrown.
final class HfJson {
  private final Path file;
  private final JsonNode json;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> faulty = new HashSet<>();

  private HfJson(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  static HfJson read(Path file) throws IOException {
    return new HfJson(file, Json.read(file));
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
        value -> value.isNumber() && !(value.asDouble() < 0),
        "a number that is at least 0",
        JsonNode::asDouble);
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
      problem("%s is %s; expected %s", key, value, expected);
      faulty.add(key);
      return absent;
    }
    return read.apply(value);
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
      throw new UserException(String.join("\n", problems));
    }
  }
}
