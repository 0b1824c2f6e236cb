package neox.preprocess.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.Progress;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.progress.ProgressUnit;
import neox.base.text.ShellWord;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.IndexedTokensMerger;
import neox.preprocess.inspect.DatasetNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-preprocess merge`: datasets end to end.
@Command(
    name = "merge",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Joins datasets into one, in the order given, at the speed of the disk.",
      "The inputs stay. Damaged ones are found before anything is written, and the output appears "
          + "complete or not at all."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-preprocess merge --input a b 'parts/*' --output-prefix all",
      "  neox-preprocess merge --shards out_text_document",
      "The second joins all of out_00000-of-00004_text_document and so on."
    })
@HelpGroup("Input")
final class MergeCommand implements ToolCommand {
  private static final Pattern PIECE = Pattern.compile(".*-\\d{5}-of-(\\d{5})\\.bin");

  @Mixin StandardOptions standard = new StandardOptions();

  @Option(
      names = {"--input", "--input-file", "--input_file"},
      arity = "1..*",
      split = ",",
      paramLabel = "DATASET",
      description = {
        "Prefixes, quoted patterns, or directories (all datasets in them, by name).",
        "A .bin may be cut into NAME-00000-of-00082.bin and so on, beside one NAME.idx."
      })
  private List<String> input = List.of();

  @Option(
      names = "--shards",
      paramLabel = "DATASET",
      description = "Join all shards of PREFIX_KEY_document that neox-preprocess --shard wrote.")
  private @Nullable Path shards;

  @HelpGroup("Output")
  @Option(
      names = {"--output-prefix", "--output_prefix"},
      paramLabel = "PREFIX",
      description = "Where to write, without the ending (with --shards: that dataset).")
  private @Nullable Path outputPrefix;

  @Option(
      names = {"--output-dir", "--output_dir"},
      paramLabel = "DIR",
      description = "Write under the input's own name into this directory.")
  private @Nullable Path outputDir;

  @HelpGroup("Input")
  @Option(
      names = {"--num-shards", "--num_shards"},
      paramLabel = "N",
      description = "How many pieces the .bin of --input-file is cut into, as a check.")
  private @Nullable Integer pieces;

  @HelpGroup("Output")
  @Option(
      names = "--widen",
      description = "Write int32 when the inputs store their tokens in different widths.")
  private boolean widen;

  @Option(names = "--overwrite", description = "Replace output that is already there.")
  private boolean overwrite;

  @Override
  public int call(Console console) throws IOException {
    checkPieces();
    List<Path> prefixes = inputs();
    Path output = output(prefixes);
    if (!overwrite && IndexedTokens.exists(output)) {
      throw UserException.of(
          "%s.bin or .idx exists; give --overwrite to replace it, or another --output-prefix",
          output);
    }
    IndexedTokensMerger.Widths widths =
        widen ? IndexedTokensMerger.Widths.WIDEN : IndexedTokensMerger.Widths.EQUAL;
    try (IndexedTokensMerger merger = IndexedTokensMerger.open(prefixes, widths, console::warn)) {
      merge(merger, prefixes.size(), output, console);
    }
    return ExitCode.OK;
  }

  private void checkPieces() {
    if (pieces == null) {
      return;
    }
    OptionalInt named =
        input.stream()
            .map(PIECE::matcher)
            .filter(Matcher::matches)
            .mapToInt(matcher -> Integer.parseInt(matcher.group(1)) + 1)
            .findFirst();
    if (named.isEmpty()) {
      throw new UserException(
          "--num-shards: give the first piece as --input-file, such as data-00000-of-00082.bin");
    }
    if (named.getAsInt() != pieces) {
      throw UserException.of(
          "--num-shards %d: the name of the input says %d pieces", pieces, named.getAsInt());
    }
  }

  private List<Path> inputs() throws IOException {
    if (input.isEmpty() == (shards == null)) {
      throw new UserException("give either --input or --shards; see neox-preprocess merge --help");
    }
    return shards == null ? DatasetNames.resolve(input) : DatasetNames.shards(shards);
  }

  private Path output(List<Path> prefixes) {
    if (outputPrefix != null && outputDir != null) {
      throw new UserException("give either --output-prefix or --output-dir");
    }
    if (outputPrefix != null) {
      return outputPrefix;
    }
    if (outputDir != null) {
      Path named = shards == null ? prefixes.getFirst() : shards;
      if (shards == null && prefixes.size() > 1) {
        throw UserException.of(
            "--output-dir takes the name of the input, but there are %d; give --output-prefix",
            prefixes.size());
      }
      return outputDir.resolve(named.getFileName());
    }
    if (shards != null) {
      return shards;
    }
    throw new UserException("--output-prefix is required; see neox-preprocess merge --help");
  }

  private static void merge(IndexedTokensMerger merger, int datasets, Path output, Console console)
      throws IOException {
    long startedAtNanos = System.nanoTime();
    try (Progress progress =
        new Progress(console, "merging", merger.inputBytes(), ProgressUnit.BYTES)) {
      merger.write(output, done -> progress.update(done, ""));
    }
    double seconds = Math.max(1e-3, (System.nanoTime() - startedAtNanos) / 1e9);
    double gigabytes = merger.inputBytes() / 1e9;
    console.made(
        output + ".{bin,idx}",
        String.format(
            Locale.ROOT,
            "%,d dataset%s, %,d documents, %,d tokens (%.2f GB in %.1f s, %.2f GB/s)",
            datasets,
            datasets == 1 ? "" : "s",
            merger.documents(),
            merger.tokens(),
            gigabytes,
            seconds,
            gigabytes / seconds));
    console.next("neox-preprocess inspect " + ShellWord.quoted(output));
  }
}
