package neox.preprocess.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.Progress;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.json.Json;
import neox.base.progress.ProgressUnit;
import neox.config.ConfigSource;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.TokenIndex;
import neox.preprocess.inspect.ConfigInspection;
import neox.preprocess.inspect.DatasetCheck;
import neox.preprocess.inspect.DatasetNames;
import neox.preprocess.inspect.DatasetReport;
import neox.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-preprocess inspect`: what is in a dataset.
@Command(
    name = "inspect",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Says what a dataset holds: documents, tokens, their lengths; or prints one document.",
      "A document is what training takes for one: an item of the index."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-preprocess inspect data/mine_text_document --document 7 --tokenizer-type HFTokenizer"
          + " --vocab-file tokenizer.json",
      "  neox-preprocess inspect --config configs/demo.yml --sample 0"
    })
@HelpGroup("What to print")
final class InspectCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(paramLabel = "DATASET", arity = "0..1", description = "Prefix of the .bin and .idx.")
  private @Nullable Path dataset;

  @Option(
      names = "--document",
      paramLabel = "N",
      description = "Print the text of this document, counted from 0.")
  private @Nullable Long document;

  @Option(names = "--ids", description = "Print ids in place of their text.")
  private boolean ids;

  @Option(
      names = "--verify",
      description = "Read everything; check that the files fit and that the tokenizer has each id.")
  private boolean verify;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin TokenizerOptions tokenizerOptions = new TokenizerOptions();
  @Mixin InspectConfigOptions config = new InspectConfigOptions();

  @Override
  public int call(Console console) throws IOException {
    Optional<ConfigSource> source = config.source();
    if ((dataset == null) == source.isEmpty()) {
      throw new UserException(
          "give either a dataset or --config; see neox-preprocess inspect --help");
    }
    if (dataset == null) {
      inspectConfig(source.orElseThrow(), console);
    } else {
      inspectDataset(DatasetNames.prefixOf(dataset), console);
    }
    return ExitCode.OK;
  }

  private void inspectConfig(ConfigSource source, Console console) throws IOException {
    if (document != null || verify) {
      throw new UserException("--document and --verify are about a dataset, not --config");
    }
    ConfigInspection.Form form =
        json
            ? ConfigInspection.Form.JSON
            : ids ? ConfigInspection.Form.IDS : ConfigInspection.Form.TEXT;
    ConfigInspection.run(
        new ConfigInspection.Subject(source, config.checkpoint()), config.choice(), form, console);
  }

  private void inspectDataset(Path prefix, Console console) throws IOException {
    if (document != null) {
      printDocument(prefix, document, console);
      return;
    }
    if (ids) {
      throw new UserException("--ids belongs to --document, --sample or --batch");
    }
    Optional<Tokenizer> tokenizer = tokenizerOptions.open();
    if (verify) {
      check(prefix, tokenizer, console);
    }
    try (TokenIndex index = TokenIndex.open(prefix)) {
      DatasetReport report = DatasetReport.of(index, tokenizer);
      if (json) {
        console.out().println(Json.line(report.toJson()));
      } else {
        report.print(console.out());
      }
    }
  }

  private void printDocument(Path prefix, long number, Console console) throws IOException {
    try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
      if (number < 0 || number >= tokens.count()) {
        throw UserException.of(
            "--document %d: %s %s",
            number,
            prefix,
            tokens.count() == 0
                ? "has no documents"
                : "has the documents 0 to " + (tokens.count() - 1));
      }
      int[] item = tokens.item(number);
      if (json) {
        printJson(number, item, console);
        return;
      }
      String words =
          ids
              ? Arrays.stream(item).mapToObj(Integer::toString).collect(Collectors.joining(" "))
              : tokenizerOptions.require("--document").decode(item);
      console.out().println(words);
      console.info("%s: document %,d, %,d tokens", prefix, number, item.length);
    }
  }

  private void printJson(long number, int[] item, Console console) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("document", number);
    line.put("tokens", item.length);
    line.put("ids", List.of(Arrays.stream(item).boxed().toArray()));
    tokenizerOptions.open().ifPresent(tokenizer -> line.put("text", tokenizer.decode(item)));
    console.out().println(Json.line(line));
  }

  private static void check(Path prefix, Optional<Tokenizer> tokenizer, Console console)
      throws IOException {
    OptionalInt vocabSize =
        tokenizer.map(t -> OptionalInt.of(t.vocabSize())).orElse(OptionalInt.empty());
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        Progress progress =
            new Progress(console, "checking", tokens.tokens(), ProgressUnit.TOKENS)) {
      DatasetCheck check = DatasetCheck.run(tokens, vocabSize, done -> progress.update(done, ""));
      console.info(
          "%s: the files fit; highest id %,d%s%s",
          prefix,
          check.highest(),
          vocabSize.isPresent() ? " of a vocabulary of " + vocabSize.getAsInt() : "",
          check.masked() > 0
              ? String.format(java.util.Locale.ROOT, "; %,d masked labels", check.masked())
              : "");
    }
  }
}
