package neox.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.python.PythonJson;
import neox.python.PythonRepr;

/// The report for people: one line about the run, then a row per figure.
public final class ResultsTable {
  private static final List<String> HEADERS =
      List.of("Tasks", "Version", "Filter", "n-shot", "Metric", "", "Value", "", "Stderr");

  /// Everything that goes to standard output.
  public static String of(RunDescription run, List<TaskResult> results) {
    return head(run) + "\n" + table(results) + "\n";
  }

  private static String head(RunDescription run) {
    return String.format(
        Locale.ROOT,
        "%s (%s), gen_kwargs: (%s), limit: %s, num_fewshot: %s, batch_size: %d",
        run.model().source(),
        PythonJson.repr(run.model().arguments()),
        PythonJson.repr(run.generation()),
        none(run.limit().map(PythonRepr::of)),
        none(run.shots().map(String::valueOf)),
        run.batchSize());
  }

  private static String none(Optional<String> value) {
    return value.orElse("None");
  }

  /// Tasks and their figures by name.
  static String table(List<TaskResult> results) {
    List<List<String>> rows = new ArrayList<>();
    results.stream()
        .sorted(Comparator.comparing(result -> result.task().name()))
        .forEach(result -> rows.addAll(rows(result)));
    return MarkdownTable.of(HEADERS, rows);
  }

  private static List<List<String>> rows(TaskResult result) {
    List<List<String>> rows = new ArrayList<>();
    List<MetricResult> metrics =
        result.metrics().stream().sorted(Comparator.comparing(MetricResult::key)).toList();
    for (MetricResult metric : metrics) {
      boolean first = rows.isEmpty();
      rows.add(
          List.of(
              first ? result.task().name() : "",
              first ? version(result.task().version()) : "",
              metric.filter(),
              String.valueOf(result.shots()),
              metric.metric().name(),
              metric.metric().higherIsBetter() ? "↑" : "↓",
              fixed(metric.value()),
              "±",
              metric.standardError().map(ResultsTable::fixed).orElse("   N/A")));
    }
    return rows;
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
