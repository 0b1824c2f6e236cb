package neox.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import neox.evaluation.task.Task;
import neox.python.PythonJson;
import neox.python.PythonRepr;

/// The report for people: one line about the run, then a row per figure.
public final class ResultsTable {
  private static final List<String> HEADERS =
      List.of("Version", "Filter", "n-shot", "Metric", "", "Value", "", "Stderr");

  /// Everything that goes to standard output.
  public static String of(RunDescription run, Results results) {
    StringBuilder out = new StringBuilder(head(run)).append('\n');
    out.append(table(results, "Tasks", place -> true)).append('\n');
    Set<String> scored =
        results.scores().stream()
            .filter(score -> !score.group().figures().isEmpty())
            .map(score -> score.group().name())
            .collect(Collectors.toSet());
    if (!scored.isEmpty()) {
      out.append(table(results, "Groups", scored::contains)).append('\n');
    }
    return out.toString();
  }

  private static String head(RunDescription run) {
    return String.format(
        Locale.ROOT,
        "%s (%s), gen_kwargs: (%s), limit: %s, num_fewshot: %s, batch_size: %s",
        run.model().source(),
        PythonJson.repr(run.model().arguments()),
        PythonJson.repr(run.settings().generation()),
        none(run.settings().limit().map(PythonRepr::of)),
        none(run.settings().shots().map(String::valueOf)),
        run.settings().batchSize());
  }

  private static String none(Optional<String> value) {
    return value.orElse("None");
  }

  /// Those tasks and groups whose names are wanted, with their figures.
  private static String table(Results results, String title, Predicate<String> wanted) {
    Map<String, Block> blocks = blocks(results);
    Map<String, Integer> shots = results.shots();
    Map<String, Map<String, Optional<Boolean>>> directions = results.directions();
    List<List<String>> rows = new ArrayList<>();
    for (Results.Place place : results.places()) {
      Block block = blocks.get(place.name());
      if (block != null && wanted.test(place.name())) {
        String shown =
            place.depth() == 0 ? block.alias() : " ".repeat(place.depth()) + "- " + block.alias();
        String examples =
            Optional.ofNullable(shots.get(place.name())).map(String::valueOf).orElse(" ");
        rows.addAll(block.rows(shown, examples, directions.getOrDefault(place.name(), Map.of())));
      }
    }
    List<String> headers = new ArrayList<>(List.of(title));
    headers.addAll(HEADERS);
    return MarkdownTable.of(headers, rows);
  }

  private static Map<String, Block> blocks(Results results) {
    Map<String, Block> blocks = new HashMap<>();
    for (TaskResult result : results.tasks()) {
      List<Line> lines =
          result.metrics().stream()
              .map(m -> new Line(m.metric().name(), m.filter(), m.value(), m.standardError()))
              .toList();
      Task task = result.task();
      blocks.put(task.name(), new Block(task.config().alias(), version(task.version()), lines));
    }
    for (GroupResult result : results.scores()) {
      List<Line> lines =
          result.figures().stream()
              .map(f -> new Line(f.metric(), f.filter(), f.value(), f.standardError()))
              .toList();
      Group group = result.group();
      blocks.put(group.name(), new Block(group.alias(), group.version().orElse("N/A"), lines));
    }
    return blocks;
  }

  /// One figure.
  private record Line(String metric, String filter, double value, Optional<Double> standardError) {}

  /// The figures of a task or a group.
  private record Block(String alias, String version, List<Line> lines) {

    /// Name and version stand in the first row alone.
    List<List<String>> rows(
        String shown, String examples, Map<String, Optional<Boolean>> directions) {
      List<Line> sorted =
          lines.stream()
              .sorted(Comparator.comparing(line -> line.metric() + "," + line.filter()))
              .toList();
      List<List<String>> rows = new ArrayList<>();
      for (Line line : sorted) {
        boolean first = rows.isEmpty();
        rows.add(
            List.of(
                first ? shown : "",
                first ? version : "",
                line.filter(),
                examples,
                line.metric(),
                arrow(directions.getOrDefault(line.metric(), Optional.empty())),
                fixed(line.value()),
                "±",
                line.standardError().map(ResultsTable::fixed).orElse("   N/A")));
      }
      return rows;
    }
  }

  private static String arrow(Optional<Boolean> higherIsBetter) {
    return higherIsBetter.map(higher -> higher ? "↑" : "↓").orElse("");
  }

  private static String version(JsonNode version) {
    return PythonJson.str(version);
  }

  /// Python's `"%.4f"`.
  static String fixed(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return PythonRepr.of(value);
    }
    return new BigDecimal(value).setScale(4, RoundingMode.HALF_EVEN).toPlainString();
  }

  private ResultsTable() {}
}
