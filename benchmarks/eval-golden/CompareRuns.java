import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Compares our results and samples with those of a recorded run of lm-evaluation-harness:
/// `CompareRuns runs OURS GOLDEN`, exit code 1 on any mismatch. `CompareRuns tasks GOLDEN` prints
/// the tasks of a run.
final class CompareRuns {
  /// Of a log-likelihood up to 100; those of whole pages are sums in single precision of thousands
  /// of tokens, whose last digit is worth more.
  private static final double LOG_LIKELIHOOD_TOLERANCE = 1e-4;

  /// Relative above 1.
  private static final double RELATIVE_TOLERANCE = 1e-6;

  private final ObjectMapper json = new ObjectMapper();
  private int mismatches;
  private int requests;
  private int figures;
  private double worst;

  public static void main(String[] args) throws IOException {
    CompareRuns compare = new CompareRuns();
    List<String> tasks = compare.tasks(Path.of(args[args.length - 1]));
    if (args[0].equals("tasks")) {
      System.out.println(String.join(",", tasks));
      return;
    }
    for (String task : tasks) {
      compare.samples(Path.of(args[1]), Path.of(args[2]), task);
    }
    compare.figures(Path.of(args[1]), Path.of(args[2]));
    System.out.printf(
        Locale.ROOT,
        "  %d tasks, %d responses, %d figures; log-likelihoods differ by at most %.2g of what they may: %s%n",
        tasks.size(), compare.requests, compare.figures, compare.worst,
        compare.mismatches == 0 ? "all equal" : compare.mismatches + " MISMATCHES");
    System.exit(compare.mismatches == 0 ? 0 : 1);
  }

  /// Groups where there are any, then the tasks of none.
  private List<String> tasks(Path golden) throws IOException {
    List<String> tasks = new ArrayList<>();
    results(golden).get("n-samples").fieldNames().forEachRemaining(tasks::add);
    return tasks;
  }

  private JsonNode results(Path run) throws IOException {
    return json.readTree(find(run, "results").toFile());
  }

  /// Figures and standard errors of tasks; a figure that ours has not is one that differs.
  private void figures(Path ours, Path golden) throws IOException {
    JsonNode actual = results(ours).get("results");
    JsonNode expected = results(golden).get("results");
    for (String task : tasks(golden)) {
      for (Map.Entry<String, JsonNode> figure : expected.get(task).properties()) {
        JsonNode found = actual.path(task).path(figure.getKey());
        figures++;
        report(
            isNear(found, figure.getValue()),
            "%-16s %-24s %s, harness %s",
            task, figure.getKey(), found, figure.getValue());
      }
    }
  }

  private static boolean isNear(JsonNode actual, JsonNode expected) {
    if (!expected.isNumber()) {
      return actual.equals(expected);
    }
    double wanted = expected.asDouble();
    double difference = Math.abs(actual.asDouble(Double.NaN) - wanted);
    return difference <= RELATIVE_TOLERANCE * Math.max(1, Math.abs(wanted));
  }

  private void samples(Path ours, Path golden, String task) throws IOException {
    List<JsonNode> actual = lines(find(ours, "samples_" + task + "_2"));
    List<JsonNode> expected = lines(find(golden, "samples_" + task + ".jsonl"));
    report(
        actual.size() == expected.size(),
        "%-16s %d documents, harness %d",
        task, actual.size(), expected.size());
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      for (String key : List.of("doc_hash", "prompt_hash", "target_hash", "arguments")) {
        JsonNode found = actual.get(i).get(key);
        report(found.equals(expected.get(i).get(key)), "%-16s document %d: %s", task, i, key);
      }
      responses(task, i, actual.get(i).get("resps"), expected.get(i).get("resps"));
    }
  }

  private void responses(String task, int document, JsonNode actual, JsonNode expected) {
    for (int i = 0; i < expected.size(); i++) {
      requests++;
      JsonNode wanted = expected.get(i).get(0);
      JsonNode found = actual.path(i).path(0);
      boolean equal =
          wanted.isArray()
              ? isNear(found.path(0).asText(), wanted.get(0).asText())
                  && found.path(1).equals(wanted.get(1))
              : found.equals(wanted) || isNear(found.asText(), wanted.asText());
      report(equal, "%-16s document %d: %s, harness %s", task, document, found, wanted);
    }
  }

  /// Of log-likelihoods, which are written as text; other texts are not near.
  private boolean isNear(String actual, String expected) {
    try {
      double wanted = Double.parseDouble(expected);
      double difference = Math.abs(Double.parseDouble(actual) - wanted);
      double allowed = Math.max(LOG_LIKELIHOOD_TOLERANCE, RELATIVE_TOLERANCE * Math.abs(wanted));
      worst = Math.max(worst, difference / allowed);
      return difference <= allowed;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private void report(boolean equal, String format, Object... arguments) {
    if (!equal) {
      mismatches++;
      System.out.println("  MISMATCH " + String.format(Locale.ROOT, format, arguments));
    }
  }

  private List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(json.readTree(line));
      }
    }
    return lines;
  }

  private static Path find(Path directory, String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + prefix + "… in " + directory));
    }
  }
}
