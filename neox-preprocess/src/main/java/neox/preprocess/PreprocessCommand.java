package neox.preprocess;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.data.IndexLayout;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-preprocess`: text to tokens.
@Command(
    name = "neox-preprocess",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    subcommands = {
      TrainTokenizerCommand.class,
      MergeCommand.class,
      InspectCommand.class,
      CountCommand.class,
      MaskCommand.class,
      ChatCommand.class,
    },
    sortOptions = false,
    description = {
      "Tokenizes text into the .bin/.idx files that neox-train reads.",
      "Input, by the ending of its name: files, directories of such files, or - for JSON lines on "
          + "standard input, plain or compressed with zstd, gzip or xz.",
      "  .jsonl .jsonl.zst .jsonl.gz .json.gz  rows {\"text\": …} or strings",
      "  .jsonl.zst.tar                        a tar of .jsonl.zst members",
      "  .json.zst                             one JSON array of such rows",
      "  .dat.zst                              16 digits of length, then that many bytes of text",
      "  .parquet                              rows with a string column for each of --jsonl-keys",
      "  .txt                                  one document",
      "  .gz                                   each line is a document, line feed included",
      "  .zip .tar.gz .tar.xz                  each member is a document",
      "  openwebtext.tar.xz                    a tar of tars whose members are documents",
      "  urlsf_subset…_data.xz                 as .tar.xz",
      "Output: PREFIX_KEY_document.bin and .idx for each key, byte-identical to GPT-NeoX's and the"
          + " same for any number of workers."
    })
public final class PreprocessCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Option(
      names = "--input",
      arity = "1..*",
      split = ",",
      paramLabel = "PATH",
      description = "Files, directories or -, separated by commas or spaces.")
  private List<String> input = List.of();

  @Option(
      names = {"--output-prefix", "--output_prefix"},
      paramLabel = "PREFIX",
      description = "Where to write, without the ending.")
  private @Nullable Path outputPrefix;

  @Option(
      names = {"--tokenizer-type", "--tokenizer_type"},
      paramLabel = "TYPE",
      description = Tokenizers.TYPES + ".")
  private @Nullable String tokenizerType;

  @Option(
      names = {"--vocab-file", "--vocab_file"},
      paramLabel = "FILE",
      description = "tokenizer.json, or vocab.json of GPT-2.")
  private @Nullable Path vocabFile;

  @Option(
      names = {"--merge-file", "--merge_file"},
      paramLabel = "FILE",
      description = "merges.txt of GPT-2.")
  private @Nullable Path mergeFile;

  @Option(
      names = {"--append-eod", "--append_eod"},
      description = "End every document with the end-of-document token.")
  private boolean appendEod;

  @Mixin TokenizingOptions tokenizing = new TokenizingOptions();

  @Option(
      names = {"--num-docs", "--num_docs"},
      paramLabel = "N",
      description = "How many documents to expect on standard input, for the progress line.")
  private long numDocs;

  @Option(
      names = {"--dataset-impl", "--dataset_impl"},
      paramLabel = "mmap|cached|lazy",
      description = {
        "The format of the output (default: mmap, which is what training reads; cached and lazy",
        "are the same older format)."
      })
  private String datasetImpl = "mmap";

  @Option(
      names = "--shard",
      paramLabel = "I/N|env",
      description = {
        "Do part I (from 0) of N of the input, into PREFIX_0000I-of-0000N_KEY_document; the parts",
        "in order make the whole. env: RANK/WORLD_SIZE, or what Open MPI or Slurm say."
      })
  private String shard = "0/1";

  public static void main(String[] args) {
    System.exit(Tool.run(new PreprocessCommand(), args));
  }

  @Override
  public int call(Console console) throws Exception {
    Path prefix = required(outputPrefix, "--output-prefix");
    String type = required(tokenizerType, "--tokenizer-type");
    check();
    Tokenizer tokenizer =
        Tokenizers.open(type, Optional.ofNullable(vocabFile), Optional.ofNullable(mergeFile));
    PreprocessPlan.Ending ending =
        appendEod ? PreprocessPlan.Ending.END_OF_DOCUMENT : PreprocessPlan.Ending.PLAIN;
    PreprocessPlan plan =
        tokenizing
            .builder(input, prefix, ending, numDocs)
            .layout(layout(datasetImpl))
            .shard(ShardOption.parse(shard, Environment.all()))
            .build();
    try (StopRequest stop = StopRequest.listen(console)) {
      boolean complete = Preprocess.run(plan, tokenizer, console, stop::requested).complete();
      int code = complete ? ExitCode.OK : ExitCode.STOPPED;
      stop.finished(code);
      return code;
    }
  }

  /// What `--dataset-impl` stands for.
  static IndexLayout layout(String datasetImpl) {
    return switch (datasetImpl) {
      case "mmap" -> IndexLayout.MMAP;
      case "cached", "lazy" -> IndexLayout.CACHED;
      default ->
          throw UserException.of(
              "--dataset-impl: expected mmap, cached or lazy, found %s", datasetImpl);
    };
  }

  static <T> T required(@Nullable T value, String option) {
    if (value == null) {
      throw UserException.of("%s is required; see neox-preprocess --help", option);
    }
    return value;
  }

  private void check() {
    if (input.isEmpty()) {
      throw new UserException("--input is required; see neox-preprocess --help");
    }
  }
}
