package neox.prepare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.text.ShellWord;
import neox.datasets.DataFiles;
import neox.hub.HubSettings;
import neox.hub.download.Download;
import neox.hub.download.Downloads;
import neox.hub.download.Patience;
import neox.prepare.sample.SamplePreparation;
import neox.preprocess.PreprocessPlan;
import neox.preprocess.command.TokenizingOptions;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-prepare`: a data set, ready to train on.
@Command(
    name = "neox-prepare",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Prepares a data set: fetches or makes the text and tokenizes it into"
          + " DIR/NAME/NAME_text_document.{bin,idx}.",
      "The text is tokenized while it is downloaded; no second copy of it lies on disk.",
      "'sample' needs no network: it writes a small corpus of its own, a tokenizer trained on it,"
          + " the tokens, evaluation sets and prompts."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-prepare sample -d demo/data",
      "  neox-prepare enwik8 -d data",
      "  neox-prepare hf://datasets/OWNER/NAME --split train --name mine"
    })
public final class PrepareCommand implements ToolCommand {
  private static final String GPT2 = "GPT2BPETokenizer";

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "DATASET",
      description = {
        "What to prepare: sample; a name that GPT-NeoX knows (see --list); an address",
        "http(s)://…; hf://datasets/OWNER/NAME, with @REVISION and /PATH where wanted; or a file",
        "or directory (default: enwik8)."
      })
  private String dataset = "enwik8";

  @HelpGroup("Place")
  @Option(
      names = {"-d", "--data-dir", "--data_dir"},
      paramLabel = "DIR",
      description = "Where to put the files (default: $DATA_DIR, else ./data).")
  private @Nullable Path dataDir;

  @HelpGroup("Tokenizer")
  @Option(
      names = {"-t", "--tokenizer"},
      paramLabel = "TYPE",
      description = "The tokenizer's type (default: GPT2BPETokenizer); the sample trains its own.")
  private @Nullable String tokenizer;

  @Option(
      names = {"-v", "--vocab-file", "--vocab_file"},
      paramLabel = "FILE",
      description = "The tokenizer's vocabulary (default: GPT-2's, fetched).")
  private @Nullable Path vocabFile;

  @Option(
      names = {"-m", "--merge-file", "--merge_file"},
      paramLabel = "FILE",
      description = "The tokenizer's merges (default: GPT-2's, fetched).")
  private @Nullable Path mergeFile;

  @HelpGroup("Place")
  @Option(
      names = {"-f", "--force-redownload", "--force_redownload"},
      description = "Fetch or make it again even if it is there.")
  private boolean force;

  @Option(
      names = {"--keep-raw", "--keep_raw"},
      description = "Download first, several files at a time, keep them, and tokenize from there.")
  private boolean keepRaw;

  @Option(names = "--name", paramLabel = "NAME", description = "The name of what is made.")
  private Optional<String> name = Optional.empty();

  @HelpGroup("Rows of hf://")
  @Option(
      names = "--config",
      paramLabel = "NAME",
      description = "Which configuration to take (default: the repository's default).")
  private Optional<String> config = Optional.empty();

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Which split to take (default: train).")
  private Optional<String> split = Optional.empty();

  @HelpGroup("Tokenizing")
  @Option(
      names = {"--no-append-eod", "--no_append_eod"},
      description = "Do not end documents with the end-of-document token.")
  private boolean noEod;

  @Mixin TokenizingOptions tokenizing = new TokenizingOptions();

  @Mixin HubOptions hub = new HubOptions();

  @HelpGroup("List of data sets")
  @Option(names = "--list", description = "List the data sets known by name, and what they are.")
  private boolean list;

  @Option(names = "--live", description = "With --list: ask the mirrors whether they answer.")
  private boolean live;

  @Option(names = "--json", description = "With --list: one JSON object a line.")
  private boolean json;

  @HelpGroup("Sample")
  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Another number makes another text (default: 1).")
  private long seed = 1;

  @Option(names = "--megabytes", paramLabel = "X", description = "How much text (default: 2.5).")
  private double megabytes = 2.5;

  @Option(
      names = {"--vocab-size", "--vocab_size"},
      paramLabel = "N",
      description = "Tokens in its vocabulary (default: 768).")
  private int vocabSize = 768;

  private final Map<String, String> environment;
  private final Patience patience;
  private final Supplier<Catalog> catalog;

  public PrepareCommand() {
    this(Environment.all(), Patience.usual(), Catalog::load);
  }

  /// For tests: with their own environment, patience and data sets.
  PrepareCommand(Map<String, String> environment, Patience patience, Supplier<Catalog> catalog) {
    this.environment = environment;
    this.patience = patience;
    this.catalog = catalog;
  }

  public static void main(String[] args) {
    System.exit(Tool.run(new PrepareCommand(), args));
  }

  Map<String, String> environment() {
    return environment;
  }

  Patience patience() {
    return patience;
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    return Map.of("checkpoint", CheckpointCommand::new, "eval", EvalCommand::new);
  }

  @Override
  public int call(Console console) throws Exception {
    if ((live || json) && !list) {
      throw new UserException("--live and --json go with --list");
    }
    if (dataset.equals(Catalog.SAMPLE) && !list) {
      return sample(console);
    }
    HubSettings settings = hub.settings(environment, console);
    return Stoppable.run(
        console,
        (observer, stop) -> {
          Downloads downloads = hub.downloads(settings, patience, observer);
          try (Download download = downloads.open()) {
            return list
                ? list(settings, download, console)
                : prepare(
                    settings,
                    new DatasetPreparation.Means(download, downloads, console, stop::requested));
          }
        });
  }

  private int list(HubSettings settings, Download download, Console console) {
    CatalogListing listing = new CatalogListing(catalog.get(), settings, download, live);
    if (json) {
      listing.json(console);
    } else {
      listing.table(console);
    }
    return ExitCode.OK;
  }

  private int prepare(HubSettings settings, DatasetPreparation.Means means)
      throws IOException, InterruptedException {
    Console console = means.console();
    DataFiles choice = new DataFiles(config, split);
    Catalog known = catalog.get();
    try (CorpusFinder finder =
        new CorpusFinder(known, choice, settings, patience.pause(), console)) {
      Corpus corpus = finder.find(dataset);
      if (corpus.parts().isEmpty()) {
        console.info("%s: there is nothing to prepare", dataset);
        return ExitCode.OK;
      }
      Gpt2Vocabulary gpt2 = new Gpt2Vocabulary(directory(), known, finder, means.download());
      return tokenize(corpus, gpt2, means);
    }
  }

  private int tokenize(Corpus corpus, Gpt2Vocabulary gpt2, DatasetPreparation.Means means)
      throws IOException, InterruptedException {
    String type = tokenizer == null ? GPT2 : tokenizer;
    DatasetPreparation.Request request =
        new DatasetPreparation.Request(
            corpus,
            directory(),
            name.orElse(corpus.name()),
            describe(type),
            keepRaw ? DatasetPreparation.Raw.KEEP : DatasetPreparation.Raw.PIPE);
    Console console = means.console();
    DatasetPreparation preparation = new DatasetPreparation(request, means);
    if (force) {
      tokenizing.replaceOutput();
    }
    PreprocessPlan plan =
        tokenizing.plan(
            preparation.inputs(),
            request.prefix(),
            noEod ? PreprocessPlan.Ending.PLAIN : PreprocessPlan.Ending.END_OF_DOCUMENT,
            corpus.documents().orElse(0));
    if (!tokenizing.overwrite() && preparation.isDone(plan)) {
      console.info("%s: the data set is there already (-f makes it again)", request.home());
    } else {
      if (force) {
        preparation.forget();
      }
      if (!preparation.make(plan, open(type, gpt2, console))) {
        return ExitCode.STOPPED;
      }
    }
    console.next(
        "neox-train CONFIG --set data_path="
            + ShellWord.quoted(plan.dataset(plan.keys().getFirst())));
    return ExitCode.OK;
  }

  private Tokenizer open(String type, Gpt2Vocabulary gpt2, Console console)
      throws IOException, InterruptedException {
    boolean fetch = isGpt2(type) && vocabFile == null && mergeFile == null;
    Optional<Path> vocab =
        fetch
            ? Optional.of(gpt2.file(Gpt2Vocabulary.VOCAB, console))
            : Optional.ofNullable(vocabFile);
    Optional<Path> merges =
        fetch
            ? Optional.of(gpt2.file(Gpt2Vocabulary.MERGES, console))
            : Optional.ofNullable(mergeFile);
    return Tokenizers.open(type, vocab, merges);
  }

  private static boolean isGpt2(String type) {
    return type.toLowerCase(Locale.ROOT).equals(GPT2.toLowerCase(Locale.ROOT));
  }

  private String describe(String type) {
    String vocab = vocabFile == null ? "" : " " + vocabFile;
    String merges = mergeFile == null ? "" : " " + mergeFile;
    return type + vocab + merges;
  }

  private int sample(Console console) throws IOException, InterruptedException {
    if (tokenizer != null || vocabFile != null || mergeFile != null) {
      throw new UserException(
          "sample trains a tokenizer of its own: leave out -t, -v and -m, or tokenize its"
              + " sample.jsonl with neox-preprocess");
    }
    Path directory = directory();
    SamplePreparation.Options options = new SamplePreparation.Options(seed, megabytes, vocabSize);
    SamplePreparation sample = new SamplePreparation(directory, options, console);
    if (!force && sample.isDone()) {
      console.info("%s: the sample is there already (-f makes it again)", directory);
    } else {
      sample.make();
    }
    console.next(
        "neox-train configs/demo.yml --set data_path="
            + ShellWord.quoted(directory.resolve("sample_text_document"))
            + " --set vocab_file="
            + ShellWord.quoted(directory.resolve("tokenizer.json")));
    return ExitCode.OK;
  }

  private Path directory() {
    return dataDir != null
        ? dataDir
        : Path.of(
            Optional.ofNullable(environment.get("DATA_DIR"))
                .filter(value -> !value.isBlank())
                .orElse("data"));
  }
}
