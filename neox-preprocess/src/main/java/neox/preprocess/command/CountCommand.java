package neox.preprocess.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.json.Json;
import neox.data.indexed.TokenIndex;
import neox.data.indexed.TokenWidth;
import neox.preprocess.encode.OnError;
import neox.preprocess.inspect.DatasetNames;
import neox.preprocess.inspect.DatasetReport;
import neox.preprocess.inspect.TextCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-preprocess count`: how many documents and tokens.
@Command(
    name = "count",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Counts documents and tokens of datasets, from their .idx files alone.",
      "A document is what training takes for one: an item of the index.",
      "With --input: of text, tokenized for the count alone; nothing is written."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-preprocess count data/mine_text_document",
      "  neox-preprocess count --input text.jsonl --tokenizer-type HFTokenizer --vocab-file"
          + " tokenizer.json"
    })
@HelpGroup("Counting")
final class CountCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..*",
      description = "Prefixes, quoted patterns, or directories.")
  private List<String> datasets = List.of();

  @Option(
      names = "--input",
      arity = "1..*",
      split = ",",
      paramLabel = "PATH",
      description = "Text to count the tokens of: files, directories or -, as neox-preprocess.")
  private List<String> input = List.of();

  @Mixin TokenizerOptions tokenizer = new TokenizerOptions();

  @Option(
      names = {"--jsonl-keys", "--jsonl_keys"},
      arity = "1..*",
      paramLabel = "KEY",
      description = "Keys of a row that hold text (default: text).")
  private List<String> keys = List.of("text");

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Encoding threads (default: all cores).")
  private int workers = Runtime.getRuntime().availableProcessors();

  @Option(
      names = {"--on-error", "--on_error"},
      paramLabel = "stop|skip",
      description = "What to do with a bad row or a damaged archive (default: stop).")
  private OnError onError = OnError.STOP;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /// What a dataset holds.
  private record Counted(Path prefix, TokenWidth width, long documents, long tokens) {
    long bytes() {
      return tokens * width.bytes();
    }
  }

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    if (datasets.isEmpty() == input.isEmpty()) {
      throw new UserException("give either datasets or --input; see neox-preprocess count --help");
    }
    if (input.isEmpty()) {
      countDatasets(console);
    } else {
      countText(console);
    }
    return ExitCode.OK;
  }

  private void countText(Console console) throws IOException, InterruptedException {
    if (workers < 1) {
      throw UserException.of("--workers: expected at least 1, found %d", workers);
    }
    TextCount.Plan plan = new TextCount.Plan(input, keys, workers, onError);
    TextCount count = TextCount.run(plan, tokenizer.require("--input"), console);
    console.out().println(json ? Json.line(json(count)) : count.describe());
  }

  private static Map<String, Object> json(TextCount count) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("documents", count.documents());
    json.put("tokens", count.tokens());
    json.put("text_bytes", count.textBytes());
    json.put("bytes_per_token", count.bytesPerToken());
    json.put("skipped", count.skipped());
    return json;
  }

  private void countDatasets(Console console) throws IOException {
    List<Counted> counted = new ArrayList<>();
    for (Path prefix : DatasetNames.resolve(datasets)) {
      try (TokenIndex index = TokenIndex.open(prefix)) {
        counted.add(new Counted(prefix, index.width(), index.items(), index.tokens()));
      }
    }
    if (json) {
      console.out().println(Json.line(json(counted)));
    } else {
      print(counted, console);
    }
  }

  private static Map<String, Object> json(List<Counted> counted) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("documents", counted.stream().mapToLong(Counted::documents).sum());
    json.put("tokens", counted.stream().mapToLong(Counted::tokens).sum());
    json.put("bytes", counted.stream().mapToLong(Counted::bytes).sum());
    List<Map<String, Object>> each = new ArrayList<>();
    for (Counted dataset : counted) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("prefix", dataset.prefix().toString());
      line.put("dtype", DatasetReport.name(dataset.width()));
      line.put("documents", dataset.documents());
      line.put("tokens", dataset.tokens());
      line.put("bytes", dataset.bytes());
      each.add(line);
    }
    json.put("datasets", each);
    return json;
  }

  private static void print(List<Counted> counted, Console console) {
    row(console, "documents", "tokens", "bytes", "dtype", "dataset");
    for (Counted dataset : counted) {
      row(
          console,
          number(dataset.documents()),
          number(dataset.tokens()),
          number(dataset.bytes()),
          DatasetReport.name(dataset.width()),
          dataset.prefix().toString());
    }
    if (counted.size() > 1) {
      row(
          console,
          number(counted.stream().mapToLong(Counted::documents).sum()),
          number(counted.stream().mapToLong(Counted::tokens).sum()),
          number(counted.stream().mapToLong(Counted::bytes).sum()),
          "",
          "total of " + counted.size());
    }
  }

  private static void row(
      Console console, String documents, String tokens, String bytes, String dtype, String name) {
    console
        .out()
        .printf(Locale.ROOT, "%15s  %18s  %18s  %-7s  %s%n", documents, tokens, bytes, dtype, name);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
