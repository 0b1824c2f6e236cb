package neox.converthf;

import neox.base.UserException;
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
      names = "--ema",
      description =
          "Take the average of the weights that training has kept (ema.enable), in float32, instead"
              + " of the weights.")
  private boolean ema;

  @Option(
      names = {"--no-verify", "--no_verify"},
      description =
          "Do not compare the tensors of torch files with their checksums and digests, for speed.")
  private boolean noVerify;

  private Weights weights() {
    if (masters && ema) {
      throw new UserException("give either --masters or --ema");
    }
    if (ema) {
      return Weights.EMA;
    }
    return masters ? Weights.MASTERS : Weights.MODEL;
  }

  /// As the options say.
  public Reading reading() {
    return new Reading(weights(), noVerify ? Integrity.UNCHECKED : Integrity.CHECKED);
  }
}
