package neox.preprocess.command;

import java.nio.file.Path;
import java.util.List;
import neox.base.UserException;
import neox.data.indexed.IndexLayout;
import neox.preprocess.PreprocessPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Which corpus becomes which datasets: the options of every command here that writes datasets;
/// used as a picocli mixin.
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
  PreprocessPlan.Builder plan(TokenizingOptions tokenizing, PreprocessPlan.Ending ending) {
    Path prefix = required(outputPrefix, "--output-prefix");
    if (input.isEmpty()) {
      throw missing("--input");
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

  /// An option's value; [UserException] when it was not given.
  <T> T required(@Nullable T value, String option) {
    if (value == null) {
      throw missing(option);
    }
    return value;
  }

  private UserException missing(String option) {
    String name = command == null ? "neox-preprocess" : command.qualifiedName();
    return UserException.of("%s is required; see %s --help", option, name);
  }
}
