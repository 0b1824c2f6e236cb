package neox.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import neox.evaluation.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTableTest {
  private static final List<String> HEADERS =
      List.of("Tasks", "Version", "Filter", "n-shot", "Metric", "", "Value", "", "Stderr");

  @ParameterizedTest
  @ValueSource(strings = {"shot0", "shot3"})
  void laysOutTheTablesOfTheHarness(String run) {
    JsonNode golden = Golden.json(run + "/results.json");
    List<List<String>> rows = new ArrayList<>();
    Map<String, JsonNode> tasks = new TreeMap<>();
    golden.get("results").properties().forEach(task -> tasks.put(task.getKey(), task.getValue()));
    tasks.forEach((task, figures) -> rows.addAll(rows(golden, task, figures)));
    List<String> table =
        Golden.lines(run + "/stdout.txt").stream().filter(line -> line.startsWith("|")).toList();
    assertThat(MarkdownTable.of(HEADERS, rows).lines()).containsExactlyElementsOf(table);
  }

  private static List<List<String>> rows(JsonNode golden, String task, JsonNode figures) {
    List<List<String>> rows = new ArrayList<>();
    Map<String, JsonNode> sorted = new TreeMap<>();
    figures.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
    sorted.forEach((key, value) -> {
      String[] parts = key.split(",", -1);
      if (parts.length == 2 && !parts[0].endsWith("_stderr")) {
        JsonNode error = figures.get(parts[0] + "_stderr," + parts[1]);
        boolean higher = golden.at("/higher_is_better/" + task + "/" + parts[0]).asBoolean();
        rows.add(
            List.of(
                rows.isEmpty() ? task : "",
                rows.isEmpty() ? golden.at("/versions/" + task).asText() : "",
                parts[1],
                golden.at("/n-shot/" + task).asText(),
                parts[0],
                higher ? "↑" : "↓",
                fixed(value),
                "±",
                error.isNumber() ? fixed(error) : "   N/A"));
      }
    });
    return rows;
  }

  private static String fixed(JsonNode value) {
    return ResultsTable.fixed(value.asDouble());
  }

  private static String column(String... cells) {
    List<List<String>> rows = new ArrayList<>();
    for (String cell : cells) {
      rows.add(List.of(cell));
    }
    return MarkdownTable.of(List.of("x"), rows);
  }

  @Test
  void roundsFiguresToTheNearestDigitAndTiesToEven() {
    assertThat(ResultsTable.fixed(0.28125)).isEqualTo("0.2812");
    assertThat(ResultsTable.fixed(2462.88861)).isEqualTo("2462.8886");
    assertThat(ResultsTable.fixed(Double.NaN)).isEqualTo("nan");
  }

  @Test
  void aColumnOfNumbersShowsAsManyDecimalsAsItNeeds() {
    assertThat(column("0.5000")).isEqualTo("| x |\n|--:|\n|0.5|\n");
    assertThat(column("1.0000", "0.5000")).isEqualTo("| x |\n|--:|\n|1.0|\n|0.5|\n");
    assertThat(column("1.0000", "")).isEqualTo("| x |\n|--:|\n|  1|\n|   |\n");
  }

  @Test
  void aColumnWithTextIsTextWithItsNumbersOnTheRight() {
    assertThat(column("0.0847", "0.0000", "   N/A"))
        .isEqualTo("|  x   |\n|------|\n|0.0847|\n|     0|\n|   N/A|\n");
  }

  @Test
  void onceTextsLeadNumbersBelowStayAsTheyAre() {
    assertThat(column("none", "1.50")).isEqualTo("| x  |\n|----|\n|none|\n|1.50|\n");
  }

  /// Of one kind alone they are no numbers to the library, with anything else they are.
  @ParameterizedTest
  @CsvSource({
    "nan, '| x |,|---|,|NaN|'",
    "-inf, '|    x    |,|---------|,|-Infinity|'",
    "nan;inf, '|   x    |,|-------:|,|     NaN|,|Infinity|'",
    "nan;, '| x |,|--:|,|NaN|,|   |'",
    "nan;1.0000, '| x |,|--:|,|NaN|,|  1|'",
    "nan;0.2500, '| x  |,|---:|,| NaN|,|0.25|'",
    "inf;0.2500, '|   x    |,|-------:|,|Infinity|,|    0.25|'",
    "nan;nan;   N/A, '|  x   |,|------|,|NaN   |,|NaN   |,|   N/A|'",
    "0.5000;nan;   N/A, '|  x   |,|------|,|   0.5|,|NaN   |,|   N/A|'",
    "'   N/A;nan', '|  x   |,|------|,|   N/A|,|nan   |'",
    "'   N/A;', '|  x   |,|------|,|   N/A|,|      |'",
    ";   N/A;1.0000, '|  x   |,|------|,|      |,|   N/A|,|     1|'",
    ";, '| x |,|---|,|   |,|   |'",
    "2;2.1;, '| x |,|--:|,|2.0|,|2.1|,|   |'",
    "2;Yaml, '| x  |,|----|,|   2|,|Yaml|'",
    "a|b, '| x  |,|----|,|a\\|b|'",
  })
  void laysOutWhatIsNoNumber(String cells, String table) {
    assertThat(column(cells.split(";", -1)).lines()).containsExactly(table.split(",", -1));
  }

  @Test
  void aTableWithoutRowsHasItsHead() {
    assertThat(MarkdownTable.of(HEADERS, List.of()).lines())
        .containsExactly(
            "|Tasks|Version|Filter|n-shot|Metric|   |Value|   |Stderr|",
            "|-----|-------|------|------|------|---|-----|---|------|");
  }

  @Test
  void aLongNameMakesItsColumnWide() {
    String name = "a".repeat(300);
    assertThat(column(name, "b").lines())
        .containsExactly(
            "|" + " ".repeat(149) + "x" + " ".repeat(150) + "|",
            "|" + "-".repeat(300) + "|",
            "|" + name + "|",
            "|b" + " ".repeat(299) + "|");
  }
}
