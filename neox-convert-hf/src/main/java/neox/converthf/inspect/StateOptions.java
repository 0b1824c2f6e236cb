package neox.converthf.inspect;

import neox.base.help.HelpGroup;
import picocli.CommandLine.Option;

/// What of a checkpoint is looked at besides its weights.
@HelpGroup("What to look at")
final class StateOptions {
  @Option(
      names = "--optimizer",
      description = "Look at what the optimizer remembers, too: optimizer/KEY.SLOT.")
  private boolean optimizer;

  @Option(
      names = "--ema",
      description = "Look at the average of the weights that training has kept, too: ema/KEY.")
  private boolean ema;

  boolean optimizer() {
    return optimizer;
  }

  boolean ema() {
    return ema;
  }
}
