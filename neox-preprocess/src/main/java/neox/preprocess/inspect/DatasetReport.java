package neox.preprocess.inspect;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.TokenIndex;
import neox.data.indexed.TokenWidth;
import neox.tokenizer.Tokenizer;

/// What `inspect` says about a dataset.
///
/// @param documents entries of the document index, empty documents counted
/// @param items what training takes for documents
/// @param ends empty when there are no tokens to look at
/// @param endingToken how the tokenizer spells the token that most documents end with
public record DatasetReport(
    Path prefix,
    TokenIndex.Layout layout,
    TokenWidth width,
    long documents,
    long items,
    long tokens,
    long binBytes,
    long idxBytes,
    LengthStatistics lengths,
    Optional<LastTokens> ends,
    Optional<String> endingToken) {
  private static final int BAR = 40;

  public static DatasetReport of(TokenIndex index, Optional<Tokenizer> tokenizer)
      throws IOException {
    Optional<LastTokens> ends = ends(index);
    Optional<String> spelling = tokenizer.flatMap(t -> ends.flatMap(e -> t.token(e.token())));
    return new DatasetReport(
        index.prefix(),
        index.layout(),
        index.width(),
        Math.max(0, index.documentEntries() - 1),
        index.items(),
        index.tokens(),
        index.binBytes(),
        Files.size(index.file()),
        LengthStatistics.of(index),
        ends,
        spelling);
  }

  private static Optional<LastTokens> ends(TokenIndex index) throws IOException {
    boolean readable =
        index.layout() == TokenIndex.Layout.MMAP
            && index.width() != TokenWidth.FLOAT32
            && index.width() != TokenWidth.FLOAT64;
    if (!readable || index.tokens() == 0) {
      return Optional.empty();
    }
    try (IndexedTokens tokens = IndexedTokens.open(index.prefix())) {
      return Optional.of(LastTokens.of(tokens));
    }
  }

  public void print(PrintStream out) {
    line(out, "dataset", "%s", prefix);
    line(out, "layout", "%s, %s", layoutName(), describe(width));
    line(out, "documents", "%,d%s", items, documentNote());
    line(out, "tokens", "%,d", tokens);
    line(out, "files", "%,d bytes .bin, %,d bytes .idx", binBytes, idxBytes);
    line(
        out,
        "length",
        "min %,d, median %,d, mean %,.1f, p99 %,d, max %,d tokens",
        lengths.quantile(0),
        lengths.quantile(0.5),
        lengths.mean(),
        lengths.quantile(0.99),
        lengths.quantile(1));
    ends.ifPresent(e ->
        line(
            out,
            "endings",
            "token %d%s ends %.1f %% of %sdocuments",
            e.token(),
            endingToken.map(token -> " " + token).orElse(""),
            100 * e.share(),
            e.looked() == items ? "" : String.format(Locale.ROOT, "%,d sampled ", e.looked())));
    printHistogram(out);
  }

  private static void line(PrintStream out, String name, String format, Object... values) {
    out.printf(Locale.ROOT, "%-10s  %s%n", name, String.format(Locale.ROOT, format, values));
  }

  private String layoutName() {
    return switch (layout) {
      case MMAP -> "mmap";
      case CACHED -> "cached or lazy (TNTIDX; cannot be trained on)";
    };
  }

  /// Such as `uint16, 2 bytes per token`.
  static String describe(TokenWidth width) {
    return String.format(
        Locale.ROOT,
        "%s, %d byte%s per token",
        name(width),
        width.bytes(),
        width.bytes() == 1 ? "" : "s");
  }

  public static String name(TokenWidth width) {
    return width.name().toLowerCase(Locale.ROOT);
  }

  private String documentNote() {
    if (documents == 0 && items > 0) {
      return " (the index names no documents; training takes each item for one)";
    }
    return documents == items
        ? ""
        : String.format(
            Locale.ROOT, " (items; the index names %,d documents, empty ones counted)", documents);
  }

  private void printHistogram(PrintStream out) {
    List<LengthStatistics.Bucket> buckets = lengths.buckets();
    long most = buckets.stream().mapToLong(LengthStatistics.Bucket::documents).max().orElse(0);
    if (most == 0) {
      return;
    }
    out.println();
    out.printf(Locale.ROOT, "%23s  %15s%n", "tokens", "documents");
    for (LengthStatistics.Bucket bucket : buckets) {
      String range =
          bucket.from() == bucket.to()
              ? String.format(Locale.ROOT, "%,d", bucket.from())
              : String.format(Locale.ROOT, "%,d to %,d", bucket.from(), bucket.to());
      String bar = "#".repeat((int) Math.ceilDiv(bucket.documents() * BAR, most));
      String line =
          String.format(
              Locale.ROOT,
              "%23s  %,15d %5.1f %%  %s",
              range,
              bucket.documents(),
              100.0 * bucket.documents() / items,
              bar);
      out.println(line.stripTrailing());
    }
  }

  /// The same for a machine.
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prefix", prefix.toString());
    json.put("layout", layout.name().toLowerCase(Locale.ROOT));
    json.put("dtype", name(width));
    json.put("documents", documents);
    json.put("items", items);
    json.put("tokens", tokens);
    json.put("bin_bytes", binBytes);
    json.put("idx_bytes", idxBytes);
    Map<String, Object> length = new LinkedHashMap<>();
    length.put("min", lengths.quantile(0));
    length.put("median", lengths.quantile(0.5));
    length.put("mean", lengths.mean());
    length.put("p99", lengths.quantile(0.99));
    length.put("max", lengths.quantile(1));
    json.put("length", length);
    json.put("histogram", lengths.buckets());
    ends.ifPresent(e -> {
      json.put("last_token", e.token());
      json.put("last_token_share", e.share());
      json.put("last_token_documents", e.looked());
    });
    return json;
  }
}
