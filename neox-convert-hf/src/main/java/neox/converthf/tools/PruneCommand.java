package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import neox.base.AtomicDirectory;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.NeoxCheckpoint;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-convert-hf prune`: weights without what training kept beside them.
@Command(
    name = "prune",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Drops optimizer states from checkpoints of NeoX: slim weights.",
      "",
      "Every tool reads them as before, and neox-train goes on from them with no_load_optim: true"
          + " alone. Nothing is changed but in new directories, or with --in-place."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf prune checkpoints --output-dir slim",
      "  neox-convert-hf prune checkpoints/global_step1000 checkpoints/global_step2000 --in-place"
    })
final class PruneCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "CHECKPOINT",
      arity = "1..*",
      description = "Directories global_stepN, or ones above them whose 'latest' names one.")
  private List<Path> paths = new ArrayList<>();

  @HelpGroup("Output")
  @Option(
      names = {"--output-dir", "--output_dir"},
      paramLabel = "DIR",
      description = "The directory to make, with all global_stepN and latest in it.")
  private @Nullable Path outputDir;

  @Option(
      names = {"--in-place", "--in_place"},
      description = "Replace the checkpoints themselves, each at once.")
  private boolean inPlace;

  @Option(
      names = "--ema",
      description = "Drop the average of the weights that training has kept, too.")
  private boolean ema;

  @Override
  public int call(Console console) throws IOException {
    if ((outputDir == null) != inPlace) {
      throw new UserException("give either --output-dir or --in-place");
    }
    Set<Path> checkpoints = new LinkedHashSet<>();
    for (Path path : paths) {
      checkpoints.add(NeoxCheckpoint.resolve(path, OptionalLong.empty()));
    }
    if (outputDir == null) {
      for (Path checkpoint : checkpoints) {
        replace(pruning(checkpoint), console);
      }
    } else {
      writeAll(List.copyOf(checkpoints), outputDir, console);
    }
    return ExitCode.OK;
  }

  private Pruning pruning(Path checkpoint) throws IOException {
    return Pruning.of(checkpoint, ema ? Pruning.Average.DROPPED : Pruning.Average.KEPT);
  }

  private static void replace(Pruning pruning, Console console) throws IOException {
    if (pruning.isNothing()) {
      console.info("%s: nothing to drop", pruning.checkpoint());
      return;
    }
    try (AtomicDirectory output = AtomicDirectory.create(pruning.checkpoint())) {
      Pruning.Result result = pruning.write(output.path(), Pruning.Copies.LINKED);
      output.commit();
      result.tell(pruning.checkpoint(), console);
    }
  }

  private void writeAll(List<Path> checkpoints, Path directory, Console console)
      throws IOException {
    OutputOptions.requireFree(directory);
    requireDistinct(checkpoints);
    List<Pruning.Result> results = new ArrayList<>();
    try (AtomicDirectory output = AtomicDirectory.create(directory)) {
      for (Path checkpoint : checkpoints) {
        Path to = output.path().resolve(checkpoint.getFileName());
        results.add(pruning(checkpoint).write(to, Pruning.Copies.APART));
      }
      String last = String.valueOf(checkpoints.getLast().getFileName());
      AtomicFile.write(output.path().resolve(CheckpointNames.LATEST), last);
      output.commit();
    }
    for (int i = 0; i < results.size(); i++) {
      results.get(i).tell(directory.resolve(checkpoints.get(i).getFileName()), console);
    }
  }

  private static void requireDistinct(List<Path> checkpoints) {
    Set<Path> names = new LinkedHashSet<>();
    for (Path checkpoint : checkpoints) {
      if (!names.add(checkpoint.getFileName())) {
        throw UserException.of(
            "%s: another checkpoint is called %s, too; write them to different directories",
            checkpoint, checkpoint.getFileName());
      }
    }
  }
}
