package neox.train.optimizer;

import neox.config.OptimizerConfig;

/// Where the border may lie between what two data-parallel ranks update (ZeRO).
public enum Cut {
  ANYWHERE,
  /// Each parameter is in one part; parts may be longer by as much as the largest is.
  BETWEEN_PARAMETERS;

  /// The one that an optimizer needs.
  ///
  /// @param zeroStage see [Optimizer#of]
  public static Cut of(OptimizerConfig config, int zeroStage) {
    return zeroStage > 0 && config.rule().seesMatrices() ? BETWEEN_PARAMETERS : ANYWHERE;
  }
}
