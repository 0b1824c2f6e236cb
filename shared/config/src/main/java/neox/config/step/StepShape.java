package neox.config.step;

/// What one optimizer step is made of.
///
/// @param firstSample samples of the run before the step, over all ranks
/// @param samples of all its micro-batches, over all ranks
/// @param firstMicroBatch micro-batches of each rank before the step, counted from where this run
///   has begun or gone on
/// @param microBatches of each rank
/// @param seqLength how many tokens of each sample are trained on, the first ones
public record StepShape(
    long firstSample, int samples, long firstMicroBatch, int microBatches, int seqLength) {

  /// Over all ranks.
  public long tokens() {
    return (long) samples * seqLength;
  }

  /// The same shape, so many steps later.
  StepShape after(long steps) {
    return new StepShape(
        Math.addExact(firstSample, Math.multiplyExact(steps, (long) samples)),
        samples,
        Math.addExact(firstMicroBatch, Math.multiplyExact(steps, (long) microBatches)),
        microBatches,
        seqLength);
  }
}
