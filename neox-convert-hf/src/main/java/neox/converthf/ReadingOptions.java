package neox.converthf;

import neox.base.help.HelpGroup;
import neox.weights.Integrity;
import neox.weights.neox.Reading;
import neox.weights.neox.Reading.Weights;
import picocli.CommandLine.Option;

/// How a checkpoint of NeoX is read, as a command line says it.
@HelpGroup("Input")
public final class ReadingOptions {
  @Option(
      names = "--masters",
      description =
          "Take the float32 weights that the optimizer keeps instead of the narrower ones that the"
              + " network computes with.")
  private boolean masters;

  @Option(
      names = {"--no-verify", "--no_verify"},
      description =
          "Do not compare the tensors of torch files with their checksums and digests, for speed.")
  private boolean noVerify;

  /// As the options say.
  public Reading reading() {
    return new Reading(
        masters ? Weights.MASTERS : Weights.MODEL,
        noVerify ? Integrity.UNCHECKED : Integrity.CHECKED);
  }
}
