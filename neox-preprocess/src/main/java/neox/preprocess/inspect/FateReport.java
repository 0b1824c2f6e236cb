package neox.preprocess.inspect;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import neox.data.ledger.Ledger;
import neox.preprocess.inspect.TrainingReads.Dataset;
import neox.preprocess.inspect.TrainingReads.Fate;

/// What became of the training documents of a run, dataset by dataset.
///
/// @param each document by document, too
record FateReport(TrainingReads reads, boolean each) {
  void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "training data up to step %,d of %,d, in samples of %,d tokens%n",
        reads.step(),
        reads.last(),
        reads.split().samples().length() - 1);
    reads.split().ledger().ifPresent(ledger -> printPhases(ledger, out));
    for (Dataset dataset : reads.datasets()) {
      printDataset(dataset, out);
      if (each) {
        IntStream.range(0, dataset.documents()).forEach(d -> printDocument(dataset, d, out));
      }
    }
  }

  private static void printPhases(Ledger ledger, PrintStream out) {
    for (Ledger.Phase phase : ledger.phases()) {
      String members =
          IntStream.range(0, phase.members().size())
              .mapToObj(m ->
                  String.format(
                      Locale.ROOT,
                      "%s %.4f",
                      ledger.datasets().get(phase.members().get(m)).path(),
                      phase.weights().get(m)))
              .collect(Collectors.joining(", "));
      out.printf(Locale.ROOT, "from sample %,d: %s%n", phase.firstSample(), members);
    }
  }

  private static void printDataset(Dataset dataset, PrintStream out) {
    long[] steps = dataset.steps();
    out.printf(
        Locale.ROOT,
        "%s: %,d samples, %.2f epochs, %s%n",
        dataset.member().prefix(),
        dataset.samples(),
        dataset.samples() / dataset.member().samplesPerEpoch(),
        steps[0] == 0
            ? "not read"
            : String.format(Locale.ROOT, "read in steps %,d to %,d", steps[0], steps[1]));
    Map<Fate, Long> counts = counts(dataset);
    String fates =
        counts.entrySet().stream()
            .map(entry ->
                String.format(Locale.ROOT, "%,d %s", entry.getValue(), words(entry.getKey())))
            .collect(Collectors.joining(", "));
    out.printf(Locale.ROOT, "  %,d documents: %s%n", dataset.documents(), fates);
  }

  private static String words(Fate fate) {
    return switch (fate) {
      case READ -> "read";
      case IN_PART -> "read in part";
      case TO_COME -> "to come";
      case AFTER_THE_RUN -> "whose turn comes after the run (tail)";
      case SPLIT -> "left to validation and test (split)";
      case PACKING -> "too long or without labels (packing)";
      case EMPTY -> "empty";
    };
  }

  private static Map<Fate, Long> counts(Dataset dataset) {
    Map<Fate, Long> counts = new LinkedHashMap<>();
    Stream.of(Fate.values()).forEach(fate -> counts.put(fate, 0L));
    IntStream.range(0, dataset.documents())
        .forEach(document -> counts.merge(dataset.fate(document), 1L, Long::sum));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private void printDocument(Dataset dataset, int document, PrintStream out) {
    Fate fate = dataset.fate(document);
    String when =
        switch (fate) {
          case READ, IN_PART ->
              String.format(
                  Locale.ROOT,
                  "%.2f times, in steps %,d to %,d",
                  (double) dataset.tokensRead(document) / dataset.size(document),
                  dataset.firstStep(document),
                  dataset.lastStep(document));
          case TO_COME -> String.format(Locale.ROOT, "in step %,d", dataset.nextStep(document));
          case AFTER_THE_RUN, SPLIT, PACKING, EMPTY -> "";
        };
    String line =
        String.format(
            Locale.ROOT,
            "  document %,d, %,d tokens: %s %s",
            document,
            dataset.size(document),
            words(fate),
            when);
    out.println(line.stripTrailing());
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", reads.step());
    json.put("last_step", reads.last());
    json.put("seq_length", reads.split().samples().length() - 1);
    json.put("datasets", reads.datasets().stream().map(this::toJson).toList());
    return json;
  }

  private Map<String, Object> toJson(Dataset dataset) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prefix", dataset.member().prefix().toString());
    json.put("samples_read", dataset.samples());
    json.put("epochs", dataset.samples() / dataset.member().samplesPerEpoch());
    json.put("first_step", dataset.steps()[0]);
    json.put("last_step", dataset.steps()[1]);
    Map<String, Object> documents = new LinkedHashMap<>();
    documents.put("all", dataset.documents());
    counts(dataset)
        .forEach((fate, count) -> documents.put(fate.name().toLowerCase(Locale.ROOT), count));
    json.put("documents", documents);
    if (each) {
      List<Map<String, Object>> all = new ArrayList<>();
      IntStream.range(0, dataset.documents()).forEach(d -> all.add(document(dataset, d)));
      json.put("each", all);
    }
    return json;
  }

  private static Map<String, Object> document(Dataset dataset, int document) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("document", document);
    json.put("tokens", dataset.size(document));
    json.put("tokens_read", dataset.tokensRead(document));
    json.put("fate", dataset.fate(document).name().toLowerCase(Locale.ROOT));
    json.put("first_step", dataset.firstStep(document));
    json.put("last_step", dataset.lastStep(document));
    json.put("next_step", dataset.nextStep(document));
    return json;
  }
}
