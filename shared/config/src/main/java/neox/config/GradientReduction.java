package neox.config;

/// What the gradient of a step is of those of its micro-batches (`grad_accum_reduction`).
public enum GradientReduction {
  /// Their mean: norm, clipping and training do not depend on how a batch is cut.
  MEAN,
  /// Their sum, as GPT-NeoX has it with `pipe_parallel_size` of 1 and more.
  SUM;

  /// What the mean of so many micro-batches is multiplied by.
  public int factor(int microBatches) {
    return switch (this) {
      case MEAN -> 1;
      case SUM -> microBatches;
    };
  }
}
