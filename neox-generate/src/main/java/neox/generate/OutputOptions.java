package neox.generate;

import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.GenerateConfig;
import neox.generate.sample.Output;
import neox.generate.sample.Output.Existing;
import neox.generate.sample.Output.Format;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where samples go; used as a picocli mixin.
@HelpGroup("Output")
final class OutputOptions {
  @Option(
      names = {"-o", "--sample_output_file", "--sample-output-file"},
      paramLabel = "FILE",
      description = "Where the samples go (default: standard output, which is also -).")
  private @Nullable Path output;

  @Option(names = "--overwrite", description = "Replace what is written if it is there.")
  private boolean overwrite;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES} (default: text on a terminal, JSON lines elsewhere).")
  private @Nullable Format format;

  Output output(Optional<GenerateConfig> config, Mode mode) {
    if (format == Format.TEXT && mode instanceof Mode.Rows) {
      throw new UserException("--jsonl writes rows of JSON; leave --format text out");
    }
    Optional<Path> file =
        Optional.ofNullable(output).or(() -> config.flatMap(GenerateConfig::sampleOutputFile));
    Format usual = file.isEmpty() && isWatched() ? Format.TEXT : Format.JSON;
    return new Output(
        file, overwrite ? Existing.REPLACE : Existing.KEEP, format == null ? usual : format);
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null when input is piped
  private static boolean isWatched() {
    return System.console() != null && System.console().isTerminal();
  }
}
