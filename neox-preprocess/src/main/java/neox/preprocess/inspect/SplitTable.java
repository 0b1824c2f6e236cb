package neox.preprocess.inspect;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.data.SplitSamples;

/// What a run draws from each dataset, as a table.
final class SplitTable {
  private static final String ROW = "%-5s  %13s  %16s  %13s  %13s  %8s  %7s  %8s  %s%n";

  static void print(List<SplitSamples> splits, PrintStream out) {
    out.printf(
        Locale.ROOT,
        ROW,
        "split",
        "documents",
        "tokens an epoch",
        "samples",
        "drawn",
        "epochs",
        "weight",
        "achieved",
        "dataset");
    for (SplitSamples split : splits) {
      for (SplitSamples.Member member : split.members()) {
        out.printf(
            Locale.ROOT,
            ROW,
            split.name(),
            String.format(Locale.ROOT, "%,d", member.documents()),
            String.format(Locale.ROOT, "%,d", member.tokens()),
            String.format(Locale.ROOT, "%,.0f", Math.floor(member.samplesPerEpoch())),
            String.format(Locale.ROOT, "%,d", drawn(split, member)),
            String.format(Locale.ROOT, "%.2f", split.epochs(member)),
            String.format(Locale.ROOT, "%.4f", member.weight()),
            String.format(Locale.ROOT, "%.4f", member.share()),
            member.prefix());
      }
    }
    splits.stream()
        .findFirst()
        .ifPresent(split ->
            out.printf(
                Locale.ROOT,
                "%nsamples: of %,d tokens, in one epoch; drawn: by the whole run%n",
                split.samples().length() - 1));
  }

  private static long drawn(SplitSamples split, SplitSamples.Member member) {
    return Math.round(split.requested() * member.share());
  }

  static Map<String, Object> toJson(SplitSamples split) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("split", split.name());
    json.put("seq_length", split.samples().length() - 1);
    json.put("samples_drawn", split.requested());
    json.put("samples_before_repeat", split.samples().count());
    json.put("datasets", split.members().stream().map(member -> member(split, member)).toList());
    return json;
  }

  private static Map<String, Object> member(SplitSamples split, SplitSamples.Member member) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prefix", member.prefix().toString());
    member.labels().ifPresent(labels -> json.put("labels", labels.toString()));
    json.put("documents", member.documents());
    json.put("tokens_per_epoch", member.tokens());
    json.put("samples_per_epoch", member.samplesPerEpoch());
    json.put("samples_drawn", drawn(split, member));
    json.put("epochs", split.epochs(member));
    json.put("weight", member.weight());
    json.put("achieved", member.share());
    return json;
  }

  private SplitTable() {}
}
