package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Path;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.converthf.inspect.CheckpointOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `neox-convert-hf merge`: one rank's checkpoint of many.
@Command(
    name = "merge",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Joins the ranks of a checkpoint of NeoX: model_parallel_size 1, pipe_parallel_size 1.",
      "",
      "What neox-train keeps beside the weights is carried over: optimizer state, average of the"
          + " weights, place in the run. neox-train goes on from a checkpoint in any layout without"
          + " this; DeepSpeed's optimizer state is left out."
    },
    footerHeading = "Examples:",
    footer = {"  neox-convert-hf merge checkpoints --output-dir merged"})
final class MergeCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "A global_stepN directory, or the one above it whose 'latest' names one.")
  @SuppressWarnings("NullAway.Init")
  private Path path;

  @Mixin CheckpointOptions options = new CheckpointOptions();

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public int call(Console console) throws IOException {
    Path directory = output.free();
    try (OriginalCheckpoint source = OriginalCheckpoint.open(path, options)) {
      new Resharding(source, 1, 1).write(directory, console);
    }
    return ExitCode.OK;
  }
}
