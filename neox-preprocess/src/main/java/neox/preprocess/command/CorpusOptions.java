package neox.preprocess.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.data.indexed.IndexLayout;
import neox.preprocess.PreprocessPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Which corpus becomes which datasets: the options of every command here that writes datasets;
/// used as a picocli mixin.
@HelpGroup("Input and output")
final class CorpusOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

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

  /// The plan that these and `tokenizing` make, to be completed.
  ///
  /// @param further options of the command that have to be given too, and whether they are
  PreprocessPlan.Builder plan(
      TokenizingOptions tokenizing, PreprocessPlan.Ending ending, Map<String, Boolean> further) {
    Path prefix = outputPrefix;
    Map<String, Boolean> needed = new LinkedHashMap<>();
    needed.put("--input", !input.isEmpty());
    needed.put("--output-prefix", prefix != null);
    needed.putAll(further);
    List<String> missing =
        needed.entrySet().stream().filter(e -> !e.getValue()).map(Map.Entry::getKey).toList();
    if (prefix == null || !missing.isEmpty()) {
      String name = command == null ? "neox-preprocess" : command.qualifiedName();
      throw UserException.of(
          "%s %s required; see %s --help",
          String.join(", ", missing), missing.size() == 1 ? "is" : "are", name);
    }
    return tokenizing.builder(input, prefix, ending, numDocs).layout(layout());
  }

  private IndexLayout layout() {
    return switch (datasetImpl) {
      case "mmap" -> IndexLayout.MMAP;
      case "cached", "lazy" -> IndexLayout.CACHED;
      default ->
          throw UserException.of(
              "--dataset-impl: expected mmap, cached or lazy, found %s", datasetImpl);
    };
  }
}
