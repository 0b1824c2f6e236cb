package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Path;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.converthf.inspect.CheckpointOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-convert-hf split`: a checkpoint for other ranks.
@Command(
    name = "split",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Divides a checkpoint of NeoX over other tensor-parallel ranks and pipeline stages.",
      "",
      "From any layout to any other. What neox-train keeps beside the weights is carried over:"
          + " optimizer state, average of the weights, place in the run. neox-train goes on from a"
          + " checkpoint in any layout without this; DeepSpeed's optimizer state is left out."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf split checkpoints --tp 4 --pp 2 --output-dir split",
      "  neox-convert-hf split checkpoints --tp 1 --pp 0 --output-dir one-file"
    })
final class SplitCommand implements ToolCommand {
  private static final int MOST_RANKS = 1 << 16;

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "A global_stepN directory, or the one above it whose 'latest' names one.")
  @SuppressWarnings("NullAway.Init")
  private Path path;

  @Mixin CheckpointOptions options = new CheckpointOptions();

  @Mixin OutputOptions output = new OutputOptions();

  @HelpGroup("Layout")
  @Option(
      names = "--tp",
      paramLabel = "N",
      description = "Tensor-parallel ranks, model_parallel_size (default: 1).")
  private int tensorRanks = 1;

  @Option(
      names = "--pp",
      paramLabel = "M",
      description =
          "Pipeline stages, pipe_parallel_size; 0 for all weights of a rank in one file"
              + " (default: 1).")
  private int stages = 1;

  @Override
  public int call(Console console) throws IOException {
    require("--tp", tensorRanks, 1);
    require("--pp", stages, 0);
    Path directory = output.free();
    try (OriginalCheckpoint source = OriginalCheckpoint.open(path, options)) {
      new Resharding(source, tensorRanks, stages).write(directory, console);
    }
    return ExitCode.OK;
  }

  private static void require(String option, int value, int least) {
    if (value < least || value > MOST_RANKS) {
      throw UserException.of(
          "%s %d: expected a number from %d to %d", option, value, least, MOST_RANKS);
    }
  }
}
