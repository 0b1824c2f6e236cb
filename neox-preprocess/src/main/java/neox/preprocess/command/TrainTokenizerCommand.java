package neox.preprocess.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.text.ShellWord;
import neox.preprocess.TokenizerTraining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-preprocess train-tokenizer`: a vocabulary of one's own.
@Command(
    name = "train-tokenizer",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Trains a byte-level BPE vocabulary and writes it as tokenizer.json (for HFTokenizer).",
      "Token 0 is <|endoftext|>, token 1 <|padding|>."
    },
    footerHeading = "Examples:",
    footer =
        "  neox-preprocess train-tokenizer --input text.jsonl --vocab-size 32000 --output"
            + " tokenizer.json")
@HelpGroup("Training")
final class TrainTokenizerCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Option(
      names = {"--input", "--json-input-dir", "--json_input_dir"},
      required = true,
      arity = "1..*",
      split = ",",
      paramLabel = "PATH",
      description = "Files, directories or -, as for neox-preprocess.")
  private List<String> input = List.of();

  @Option(
      names = {"-v", "--vocab-size", "--vocab_size"},
      required = true,
      paramLabel = "N",
      description = "How many tokens.")
  private int vocabSize;

  @Option(
      names = {"--output", "--tokenizer-output-path", "--tokenizer_output_path"},
      required = true,
      paramLabel = "FILE",
      description = "The tokenizer.json to write.")
  private Path output = Path.of("tokenizer.json");

  @Option(
      names = {"--jsonl-keys", "--jsonl_keys"},
      arity = "1..*",
      paramLabel = "KEY",
      description = "Keys of a row that hold text (default: text).")
  private List<String> keys = List.of("text");

  @Option(names = "--overwrite", description = "Replace a file that is already there.")
  private boolean overwrite;

  @Override
  public int call(Console console) throws Exception {
    if (Files.exists(output) && !overwrite) {
      throw UserException.of("%s exists; give --overwrite to replace it", output);
    }
    TokenizerTraining.run(input, keys, vocabSize, output, console);
    console.next(
        "neox-preprocess --input FILE --output-prefix PREFIX --tokenizer-type HFTokenizer --vocab-file "
            + ShellWord.quoted(output));
    return ExitCode.OK;
  }
}
