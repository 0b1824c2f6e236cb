package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.model.HeadConfig.Output;
import neox.converthf.verify.Verification;
import neox.converthf.verify.VerifyCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whether the result is compared with what it was made of; used as a picocli mixin.
@HelpGroup("Output")
final class VerifyOptions {
  @Option(
      names = "--verify",
      description =
          "Afterwards compare the logits of both sides on a text, as 'neox-convert-hf verify' does;"
              + " the exit code is 1 when they differ by more than rounding.")
  private boolean verify;

  @Option(
      names = {"--verify-prompt", "--verify_prompt"},
      paramLabel = "TEXT",
      description = "The same on this text (default: tokens from all over the vocabulary).")
  private @Nullable String prompt;

  /// [UserException] when it is asked for where there are not two sides that can be compared.
  void check(Source source, Target target) {
    if (isAsked()) {
      verification(source, target, Path.of(""));
    }
  }

  /// Compares, if that is asked for, and returns the exit code.
  ///
  /// @param output the directory that was made
  int run(Source source, Target target, Path output, Console console)
      throws IOException, InterruptedException {
    if (!isAsked()) {
      return ExitCode.OK;
    }
    Verification verification = verification(source, target, output);
    return VerifyCommand.report(verification.run(), verification, console);
  }

  /// [UserException] when it is asked for.
  void refuse() {
    if (isAsked()) {
      throw notComparable();
    }
  }

  private boolean isAsked() {
    return verify || prompt != null;
  }

  private Verification verification(Source source, Target target, Path output) {
    if (source instanceof NeoxSource neox && target instanceof HfTarget) {
      if (neox.choices().layout() == GqaLayout.HEADS) {
        throw UserException.of(
            "--verify reads the checkpoint as GPT-NeoX does today, not with %s heads; convert it with"
                + " --format neox first",
            SourceOptions.GQA_LAYOUT);
      }
      switch (neox.choices().reading().weights()) {
        case MODEL -> {}
        case MASTERS ->
            throw new UserException(
                "--verify computes with the weights of the model, not with --masters, which are"
                    + " finer; leave one of them out");
        case EMA ->
            throw new UserException(
                "--verify computes with the weights of the model, not with --ema, their average;"
                    + " leave one of them out");
      }
      if (source.architecture().head().output() == Output.REWARD) {
        throw new UserException(
            "--verify compares what comes next, which a reward model does not say; leave it out");
      }
      List<String> options =
          VerifyCommand.options(neox.configFiles(), neox.choices().overridesArchitecture());
      return new Verification(neox.origin(), options, output, Optional.ofNullable(prompt));
    }
    if (source instanceof HfSource hf && target instanceof RunTarget) {
      return new Verification(
          output,
          VerifyCommand.options(List.of(), false),
          hf.origin(),
          Optional.ofNullable(prompt));
    }
    throw notComparable();
  }

  private static UserException notComparable() {
    return new UserException(
        "--verify compares a NeoX checkpoint with a Hugging Face directory made of it; leave it"
            + " out");
  }
}
