package neox.config.table;

import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import neox.config.table.Value.Field;
import neox.config.table.Value.Fields;
import neox.config.table.Value.Scalar;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/// Reads YAML, and JSON with comments, into [Value]s that know their lines.
///
/// Works on SnakeYAML's events, before its own rules turn words into numbers; ours are in
/// [PlainScalar].
public final class YamlReader {
  /// The mapping that a whole file holds; empty when there is none, with the reason in `problems`.
  /// Keys of the top level have `-` replaced by `_`.
  public static Optional<Fields> file(String text, String file, Problems problems) {
    Optional<Value> value = read(text, line -> new Origin(file, line), "", problems);
    return switch (value.orElse(null)) {
      case Fields fields -> Optional.of(fields);
      case null -> Optional.empty();
      case Scalar scalar when scalar.isNull() ->
          Optional.of(new Fields(Map.of(), new Origin(file, 1)));
      case Value other -> {
        problems.add(other.origin(), "expected 'key: value' lines, found %s", other.describe());
        yield Optional.empty();
      }
    };
  }

  /// The value in `--set key=text`, or in another option that stands for a key.
  public static Optional<Value> override(
      String key, String text, Origin option, Problems problems) {
    return read(text, line -> option, key + ": ", problems);
  }

  /// @param subject the key whose value is read, as it starts a message; empty for a whole file
  private static Optional<Value> read(
      String text, YamlComposer.Places places, String subject, Problems problems) {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setCodePointLimit(Integer.MAX_VALUE); // whoever read the text has bounded it
      var events = new Yaml(options).parse(new StringReader(text)).iterator();
      return Optional.of(new YamlComposer(events, places, subject, problems).document());
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      problems.add(places.at(line), "%snot valid YAML: %s", subject, firstLine(e.getProblem()));
    } catch (YAMLException e) {
      problems.add(places.at(1), "%snot valid YAML: %s", subject, firstLine(e.getMessage()));
    }
    return Optional.empty();
  }

  /// Reports a key that stands in two places with two values; with one value it counts once.
  ///
  /// NeoX compat: GPT-NeoX takes the last value within a file without a word, and refuses a key in
  /// two files even where the values are equal.
  public static void checkRepeated(Problems problems, Field again, Field first) {
    if (!again.value().same(first.value())) {
      problems.add(
          again.origin(),
          "%s: given twice with two values, first at %s; remove one of them",
          again.name(),
          first.origin());
    }
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("").strip();
  }

  private YamlReader() {}
}
