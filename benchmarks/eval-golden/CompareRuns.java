import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Compares our results and samples with those of a recorded run of lm-evaluation-harness:
/// `CompareRuns OURS GOLDEN TASK…`. Exit code 1 on any mismatch.
final class CompareRuns {
  /// Between two builds of torch log-likelihoods differ by about 3e-6.
  private static final double LOG_LIKELIHOOD_TOLERANCE = 1e-3;

  /// Figures are ratios of counts, equal to the last digit unless they are made of log-likelihoods.
  private static final double FIGURE_TOLERANCE = 1e-12;

  private static final double PERPLEXITY_TOLERANCE = 1e-4;

  private final ObjectMapper json = new ObjectMapper();
  private int mismatches;

  public static void main(String[] args) throws IOException {
    CompareRuns compare = new CompareRuns();
    Path ours = Path.of(args[0]);
    Path golden = Path.of(args[1]);
    for (int i = 2; i < args.length; i++) {
      compare.task(ours, golden, args[i]);
    }
    System.out.println(compare.mismatches == 0 ? "all equal" : compare.mismatches + " MISMATCHES");
    System.exit(compare.mismatches == 0 ? 0 : 1);
  }

  private void task(Path ours, Path golden, String task) throws IOException {
    samples(
        task,
        lines(find(ours, "samples_" + task + "_")),
        lines(golden.resolve("samples_" + task + ".jsonl")));
    JsonNode actual = json.readTree(find(ours, "results_").toFile()).at("/results/" + task);
    JsonNode expected =
        json.readTree(golden.resolve("results.json").toFile()).at("/results/" + task);
    for (Map.Entry<String, JsonNode> figure : expected.properties()) {
      JsonNode found = actual.path(figure.getKey());
      boolean equal =
          figure.getValue().isNumber()
              ? Math.abs(found.asDouble(Double.NaN) - figure.getValue().asDouble())
                  <= tolerance(figure.getKey())
              : found.equals(figure.getValue());
      report(equal, "%-16s %-24s %s, harness %s", task, figure.getKey(), found, figure.getValue());
    }
  }

  private static double tolerance(String figure) {
    return figure.startsWith("perplexity") ? PERPLEXITY_TOLERANCE : FIGURE_TOLERANCE;
  }

  private void samples(String task, List<JsonNode> ours, List<JsonNode> golden) {
    report(
        ours.size() == golden.size(),
        "%-16s %d documents, harness %d",
        task, ours.size(), golden.size());
    double worst = 0;
    int requests = 0;
    int flags = 0;
    int hashes = 0;
    for (int i = 0; i < Math.min(ours.size(), golden.size()); i++) {
      for (String hash : List.of("doc_hash", "prompt_hash", "target_hash")) {
        hashes += ours.get(i).get(hash).equals(golden.get(i).get(hash)) ? 0 : 1;
      }
      JsonNode expected = golden.get(i).get("filtered_resps");
      JsonNode actual = ours.get(i).get("filtered_resps");
      for (int k = 0; k < expected.size(); k++, requests++) {
        double difference =
            Math.abs(actual.get(k).get(0).asDouble() - expected.get(k).get(0).asDouble());
        worst = Math.max(worst, difference);
        flags += actual.get(k).get(1).equals(expected.get(k).get(1)) ? 0 : 1;
      }
    }
    report(
        worst <= LOG_LIKELIHOOD_TOLERANCE && flags == 0 && hashes == 0,
        "%-16s %d log-likelihoods differ by at most %.2g; %d greedy flags and %d hashes differ",
        task, requests, worst, flags, hashes);
  }

  private void report(boolean equal, String format, Object... arguments) {
    mismatches += equal ? 0 : 1;
    System.out.println(
        (equal ? "  ok       " : "  MISMATCH ") + String.format(Locale.ROOT, format, arguments));
  }

  private List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(json.readTree(line));
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
