package neox.converthf.tools;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import neox.base.ToolCommand;
import neox.converthf.inspect.DiffCommand;
import neox.converthf.inspect.InspectCommand;

/// The subcommands that work on checkpoints.
public final class CheckpointTools {
  /// Each by its name.
  public static Map<String, Supplier<ToolCommand>> commands() {
    Map<String, Supplier<ToolCommand>> commands = new LinkedHashMap<>();
    commands.put("inspect", InspectCommand::new);
    commands.put("diff", DiffCommand::new);
    commands.put("merge", MergeCommand::new);
    commands.put("split", SplitCommand::new);
    commands.put("prune", PruneCommand::new);
    commands.put("average", AverageCommand::new);
    return commands;
  }

  private CheckpointTools() {}
}
