package neox.data;

import neox.config.NeoxConfig;

/// How many samples a run draws from each split.
public record SampleCounts(long train, long valid, long test) {

  /// What a configured run draws, over all data-parallel ranks.
  public static SampleCounts of(NeoxConfig config) {
    return of(config, config.batch().trainIters());
  }

  /// The same for another number of steps than the configured.
  static SampleCounts of(NeoxConfig config, long steps) {
    SampleCounts alike =
        of(steps, config.eval().interval(), config.eval().iters(), config.batch().trainBatchSize());
    long train = config.steps().at(steps + 1).firstSample();
    return new SampleCounts(train, alike.valid(), alike.test());
  }

  /// NeoX's rule.
  ///
  /// @param evalInterval iterations between two evaluations; 0 when there are none on the way
  /// @param evalIterations batches of one evaluation
  /// @param batchSize samples of one optimizer step, over all ranks
  public static SampleCounts of(
      long trainIterations, long evalInterval, long evalIterations, long batchSize) {
    long evaluations = evalInterval == 0 ? 1 : trainIterations / evalInterval + 1;
    long test = Math.multiplyExact(evalIterations, batchSize);
    return new SampleCounts(
        Math.multiplyExact(trainIterations, batchSize),
        Math.multiplyExact(evaluations, test),
        test);
  }
}
