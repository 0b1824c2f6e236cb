package neox.config.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.table.Value.Fields;
import neox.config.table.Value.Items;
import neox.config.table.Value.Scalar;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Compares with what PyYAML made of the same words and documents (`golden/pyyaml`).
class PyYamlTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/pyyaml");

  /// Documents that PyYAML refuses and YAML allows: tabs between tokens, letters in anchors.
  private static final Set<String> WIDER =
      Set.of(
          "a: 1\t",
          "a: 1 \t# c",
          "{\n\ta: 1\n}",
          "{\n\t\"a\": 1,\n\t\"b\": 2\n}",
          "a: x\ty",
          "a: [1,\t2]",
          "a: {b:\t1}",
          "a: &é x");

  /// Documents that PyYAML reads and we refuse: a tag that does not fit, an escape of JSON alone.
  private static final Set<String> STRICTER = Set.of("a: !!null x", "a: \"\\/\"");

  private static List<JsonNode> rows(String name) throws IOException {
    return Files.readAllLines(GOLDEN.resolve(name)).stream()
        .map(line -> Json.parse(line, name))
        .toList();
  }

  @Test
  void wordsStandForWhatPyYamlMakesOfThemButInTwoKindsOfNumber() throws IOException {
    List<String> shortExponents = new ArrayList<>();
    List<String> octalOrBase60 = new ArrayList<>();
    for (JsonNode row : rows("scalars.jsonl")) {
      String word = row.get(0).asText();
      String type = row.get(1).asText();
      Object ours = new Scalar(word, true, Origin.OVERRIDE).resolve();
      boolean number = type.equals("int") || type.equals("float");
      if (number && word.matches("[-+]?0[0-9_]+|.*:.*")) {
        octalOrBase60.add(word);
        assertThat(ours).as(word).isEqualTo(word);
      } else if (type.equals("str") && ours instanceof Double) {
        shortExponents.add(word);
        assertThat(word).matches("[-+]?[0-9_]*\\.?[0-9_]*([eE][-+]?[0-9]+)?");
      } else {
        assertThat(ours).as(row.toString()).isEqualTo(expected(type, row.get(2).asText(), word));
      }
    }
    assertThat(octalOrBase60).hasSizeGreaterThan(15).contains("010", "1:30", "190:20:30.15");
    assertThat(shortExponents).hasSizeGreaterThan(15).contains("1e-5", "1E5", "1.0e5", "-.5");
  }

  private static @Nullable Object expected(String type, String value, String word) {
    return switch (type) {
      case "null" -> null;
      case "bool" -> Boolean.valueOf(value);
      case "int" -> integer(value);
      case "float" -> real(value);
      default -> word; // text, dates, and words that PyYAML stops at
    };
  }

  private static Object integer(String value) {
    try {
      return Long.valueOf(value);
    } catch (NumberFormatException e) {
      return Double.valueOf(value);
    }
  }

  private static Double real(String value) {
    return switch (value) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.valueOf(value);
    };
  }

  @Test
  void documentsHoldWhatPyYamlFindsInThem() throws IOException {
    List<String> wider = new ArrayList<>();
    List<String> stricter = new ArrayList<>();
    for (JsonNode row : rows("documents.jsonl")) {
      String text = row.get("yaml").asText();
      JsonNode found = read(text);
      if (row.has("error")) {
        if (!found.has("error")) {
          wider.add(text);
        }
      } else if (found.has("error")) {
        stricter.add(text);
      } else {
        assertThat(Json.line(found.get("value")).replace("5.0", "5"))
            .as(text)
            .isEqualTo(Json.line(row.get("value")).replace("5.0", "5")); // !!float 5
      }
    }
    assertThat(wider).containsExactlyInAnyOrderElementsOf(WIDER);
    assertThat(stricter).containsExactlyInAnyOrderElementsOf(STRICTER);
  }

  private static JsonNode read(String text) {
    Problems problems = new Problems();
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    try {
      Value value =
          YamlReader.override("k", text, Origin.OVERRIDE, problems)
              .orElse(new Scalar("", true, Origin.OVERRIDE));
      problems.throwIfAny();
      result.put("value", plain(value));
    } catch (UserException e) {
      result.put("error", e.getMessage());
    }
    return Json.mapper().valueToTree(result);
  }

  private static @Nullable Object plain(Value value) {
    return switch (value) {
      case Scalar scalar -> scalar.resolve();
      case Items items -> {
        List<@Nullable Object> list = new ArrayList<>();
        items.items().forEach(item -> list.add(plain(item)));
        yield list;
      }
      case Fields fields -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        fields.fields().values().forEach(f -> map.put(f.name(), plain(f.value())));
        yield map;
      }
    };
  }
}
