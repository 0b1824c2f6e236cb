package neox.converthf.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ArchitectureCheck;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-convert-hf verify`: whether two directories hold the same model.
@Command(
    name = "verify",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Compares the logits of a NeoX checkpoint with those of a Hugging Face directory made of it, by"
          + " whichever program, or of which it was made.",
      "neox-generate computes the checkpoint's, in a process of its own, with weights rounded to the"
          + " type that the directory stores; the other side is computed in plain Java by"
          + " transformers' formulas. The exit code is 1 when they differ by more than rounding."
    },
    footerHeading = "Examples:",
    footer = "  neox-convert-hf verify --neox checkpoints/global_step1000 --hf hf")
@HelpGroup("Models")
public final class VerifyCommand implements ToolCommand {
  @Option(
      names = "--neox",
      required = true,
      paramLabel = "DIR",
      description = "The checkpoint, or the directory above it whose 'latest' names one.")
  @SuppressWarnings("NullAway.Init")
  private Path neox;

  @Option(
      names = "--hf",
      required = true,
      paramLabel = "DIR",
      description = "The Hugging Face directory.")
  @SuppressWarnings("NullAway.Init")
  private Path hf;

  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Take global_stepN instead of the latest.")
  private @Nullable Long iteration;

  @Option(
      names = {"--config_file", "--config-file"},
      arity = "1..*",
      paramLabel = "CONFIG",
      description = "The checkpoint's configuration (default: as saved in it).")
  private List<Path> configFiles = new ArrayList<>();

  @Option(
      names = {ArchitectureCheck.OPTION, "--override_architecture"},
      description = ArchitectureCheck.DESCRIPTION)
  private boolean overrideArchitecture;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The text to compare on (default: tokens from all over the vocabulary).")
  private @Nullable String prompt;

  @Mixin StandardOptions standard = new StandardOptions();

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    List<String> options = options(configFiles, overrideArchitecture);
    if (iteration != null) {
      options.addAll(List.of("--iteration", String.valueOf(iteration)));
    }
    Verification verification = new Verification(neox, options, hf, Optional.ofNullable(prompt));
    return report(verification.run(), verification, console);
  }

  /// The words of `neox-generate` for what is said with the same options here.
  public static List<String> options(List<Path> configFiles, boolean overridesArchitecture) {
    List<String> options = new ArrayList<>();
    configFiles.forEach(file -> options.add(file.toString()));
    if (overridesArchitecture) {
      options.add(ArchitectureCheck.OPTION);
    }
    return options;
  }

  /// Says how it went, and returns the exit code.
  public static int report(LogitDifference difference, Verification verification, Console console) {
    if (difference.isWithinBound()) {
      console.info("%s: verified: %s", verification.hf(), difference.description());
      return ExitCode.OK;
    }
    console.fail(
        "neox-convert-hf",
        "%s: is not the model of %s: %s"
            .formatted(verification.hf(), verification.neox(), difference.description()));
    return ExitCode.FAILED;
  }
}
