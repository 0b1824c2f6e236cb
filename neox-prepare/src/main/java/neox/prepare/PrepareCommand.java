package neox.prepare;

import java.nio.file.Path;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
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
      "Prepares a data set by name: fetches or makes the text and tokenizes it.",
      "'sample' needs no network: it writes a small corpus of its own, a tokenizer trained on it,"
          + " the tokens, evaluation sets and prompts."
    })
public final class PrepareCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "DATASET",
      description = "sample, or a name that GPT-NeoX knows (default: enwik8).")
  private String dataset = "enwik8";

  @Option(
      names = {"-d", "--data-dir", "--data_dir"},
      paramLabel = "DIR",
      description = "Where to put the files (default: $DATA_DIR, else ./data).")
  private @Nullable Path dataDir;

  @Option(
      names = {"-t", "--tokenizer"},
      paramLabel = "TYPE",
      description = "Tokenizer type; the sample trains its own.")
  private @Nullable String tokenizer;

  @Option(
      names = {"-v", "--vocab-file", "--vocab_file"},
      paramLabel = "FILE",
      description = "The tokenizer's vocabulary.")
  private @Nullable Path vocabFile;

  @Option(
      names = {"-m", "--merge-file", "--merge_file"},
      paramLabel = "FILE",
      description = "The tokenizer's merges.")
  private @Nullable Path mergeFile;

  @Option(
      names = {"-f", "--force-redownload", "--force_redownload"},
      description = "Fetch or make it again even if it is there.")
  private boolean force;

  @Option(names = "--seed", paramLabel = "N", description = "sample: another text (default: 1).")
  private long seed = 1;

  @Option(
      names = "--megabytes",
      paramLabel = "X",
      description = "sample: how much text (default: 2.5).")
  private double megabytes = 2.5;

  @Option(
      names = {"--vocab-size", "--vocab_size"},
      paramLabel = "N",
      description = "sample: tokens in its vocabulary (default: 768).")
  private int vocabSize = 768;

  public static void main(String[] args) {
    System.exit(Tool.run(new PrepareCommand(), args));
  }

  @Override
  public int call(Console console) throws Exception {
    if (!dataset.equals(NeoxDataset.SAMPLE)) {
      throw notYet();
    }
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
    console.info(
        "next: neox-train configs/demo.yml --set data_path=%s --set vocab_file=%s",
        directory.resolve("sample_text_document"), directory.resolve("tokenizer.json"));
    return ExitCode.OK;
  }

  private UserException notYet() {
    if (NeoxDataset.NAMES.contains(dataset)) {
      return UserException.of(
          "%s: downloading comes in a later version; fetch the text yourself and give it to"
              + " neox-preprocess, or try 'neox-prepare sample'",
          dataset);
    }
    String guess =
        NeoxDataset.nearest(dataset).map(name -> "did you mean '" + name + "'? ").orElse("");
    return UserException.of(
        "unknown data set '%s'; %sknown are %s, %s",
        dataset, guess, NeoxDataset.SAMPLE, String.join(", ", NeoxDataset.NAMES));
  }

  private Path directory() {
    return dataDir != null ? dataDir : Path.of(Environment.get("DATA_DIR").orElse("data"));
  }
}
