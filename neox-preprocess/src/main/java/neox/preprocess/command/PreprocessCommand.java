package neox.preprocess.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import neox.base.Advice;
import neox.base.Console;
import neox.base.Environment;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.preprocess.Preprocess;
import neox.preprocess.PreprocessPlan;
import neox.preprocess.Recipe;
import neox.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-preprocess`: text to tokens.
@Command(
    name = "neox-preprocess",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
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
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-preprocess --input text.jsonl --output-prefix data/mine --tokenizer-type HFTokenizer"
          + " --vocab-file tokenizer.json --append-eod",
      "  neox-preprocess --input parts/ --output-prefix data/mine --tokenizer-type"
          + " GPT2BPETokenizer --vocab-file vocab.json --merge-file merges.txt --resume"
    })
@HelpGroup("Tokenizing")
public final class PreprocessCommand implements ToolCommand, Advice {
  @Mixin StandardOptions standard = new StandardOptions();

  @Mixin CorpusOptions corpus = new CorpusOptions();

  @Mixin TokenizerOptions tokenizerOptions = new TokenizerOptions();

  @Option(
      names = {"--append-eod", "--append_eod"},
      description = "End every document with the end-of-document token.")
  private boolean appendEod;

  @Mixin TokenizingOptions tokenizing = new TokenizingOptions();

  @HelpGroup("Input and output")
  @Option(
      names = "--shard",
      paramLabel = "I/N|env",
      description = {
        "Do part I (from 0) of N of the input, into PREFIX_0000I-of-0000N_KEY_document (all parts",
        "in order make the whole); env takes them from RANK and WORLD_SIZE, or Open MPI's or",
        "Slurm's variables (default: 0/1)."
      })
  private String shard = "0/1";

  public static void main(String[] args) {
    System.exit(Tool.run(new PreprocessCommand(), args));
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    Map<String, Supplier<ToolCommand>> commands = new LinkedHashMap<>();
    commands.put("train-tokenizer", TrainTokenizerCommand::new);
    commands.put("merge", MergeCommand::new);
    commands.put("inspect", InspectCommand::new);
    commands.put("count", CountCommand::new);
    commands.put("mask", MaskCommand::new);
    commands.put("chat", ChatCommand::new);
    return commands;
  }

  @Override
  public int call(Console console) throws Exception {
    PreprocessPlan.Ending ending =
        appendEod ? PreprocessPlan.Ending.END_OF_DOCUMENT : PreprocessPlan.Ending.PLAIN;
    PreprocessPlan plan =
        corpus
            .plan(tokenizing, ending, Map.of("--tokenizer-type", tokenizerOptions.given()))
            .shard(ShardOption.parse(shard, Environment.all()))
            .build();
    Tokenizer tokenizer = tokenizerOptions.require("--input");
    return Preprocess.untilStopped(plan, Recipe.ofTexts(plan, tokenizer), console);
  }

  /// Text that is named without its option.
  @Override
  public Optional<String> about(String argument, List<String> following) {
    boolean isText =
        argument.equals("-") || argument.contains(".") || Files.exists(Path.of(argument));
    return isText && !argument.startsWith("--")
        ? Optional.of("Text is given with --input: neox-preprocess --input " + argument + " …")
        : Optional.empty();
  }
}
