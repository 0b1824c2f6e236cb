package neox.converthf.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.InOrder;
import neox.base.Progress;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.progress.ProgressUnit;
import neox.weights.NamedTensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-convert-hf inspect`: what is in a checkpoint.
@Command(
    name = "inspect",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Lists the tensors of checkpoints: names, types, shapes, norms, NaNs, digests.",
      "",
      "Reads checkpoints of NeoX in any layout as whole parameters, directories of Hugging Face,"
          + " safetensors and torch files. A digest is the SHA-256 of a tensor's numbers, row by"
          + " row, and is the same in every format and layout."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf inspect checkpoints",
      "  neox-convert-hf inspect hf --tensors '*.mlp.*' --json",
      "  neox-convert-hf inspect mp_rank_00_model_states.pt --headers"
    })
public final class InspectCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "CHECKPOINT",
      arity = "1..*",
      description = "Directories of checkpoints, or files.")
  private List<Path> paths = new ArrayList<>();

  @Mixin CheckpointOptions options = new CheckpointOptions();

  @Mixin StateOptions states = new StateOptions();

  @HelpGroup("What to look at")
  @Option(
      names = "--tensors",
      paramLabel = "PATTERN",
      arity = "1..*",
      description = "List these alone; * stands for any text, ? for one letter.")
  private List<String> patterns = new ArrayList<>();

  @Option(
      names = "--headers",
      description = "List names, types and shapes without reading the numbers.")
  private boolean headers;

  @HelpGroup("Output")
  @Option(names = "--json", description = "Print a line of JSON for each tensor.")
  private boolean json;

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    Globs globs = new Globs(patterns);
    for (Path path : paths) {
      try (OpenedCheckpoint checkpoint =
          OpenedCheckpoint.open(path, OpenedCheckpoint.Names.OF_FILES, options, states)) {
        List<NamedTensor> tensors = globs.of(checkpoint.tensors(), path);
        Inspection inspection =
            json ? new JsonInspection(console.out()) : new TableInspection(tensors, console.out());
        inspection.begin(checkpoint);
        Total total = new Total();
        if (headers) {
          tensors.forEach(tensor -> inspection.add(total.plus(Inspected.header(tensor))));
        } else {
          long bytes = tensors.stream().mapToLong(NamedTensor::byteSize).sum();
          try (Progress progress = new Progress(console, "reading", bytes, ProgressUnit.BYTES)) {
            long[] read = new long[1];
            InOrder.forEach(
                tensors,
                Inspected::of,
                inspected -> {
                  inspection.add(total.plus(inspected));
                  read[0] += inspected.tensor().byteSize();
                  progress.update(read[0], inspected.tensor().name());
                });
          }
        }
        inspection.end(total);
      }
    }
    return ExitCode.OK;
  }
}
