import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import neox.base.ToolCommand;

/// One kind of file.
///
/// @param seeds the files below the seeds directory of which one is damaged at a time
/// @param command makes the tool anew for each run
/// @param arguments of a run, given the copy of the seeds that holds the damaged file
record Format(
    String name,
    List<String> seeds,
    Supplier<ToolCommand> command,
    Function<Case, List<String>> arguments) {}
