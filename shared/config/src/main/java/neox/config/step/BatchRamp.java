package neox.config.step;

/// A batch that grows while the run reads its first samples, evenly from `start` to its full size
/// (`rampup_batch_size`; Megatron-LM's rule).
///
/// @param start samples of the first steps, over all ranks
/// @param increment by which it grows each time
/// @param samples after which it has its full size
public record BatchRamp(int start, int increment, long samples) {

  /// Samples of the step that follows `read` samples.
  ///
  /// @param full samples of a step at the end of the ramp
  int batch(long read, int full) {
    return read >= samples ? full : start + Math.toIntExact(grown(read, full)) * increment;
  }

  /// How many steps after `read` samples, with that one, have batches of the same size.
  long alike(long read, int full) {
    int batch = batch(read, full);
    if (batch == full) {
      return StepSchedule.FOREVER;
    }
    long next = Math.ceilDiv(Math.multiplyExact(grown(read, full) + 1, samples), steps(full));
    return Math.ceilDiv(next - read, (long) batch);
  }

  /// How often it has grown.
  private long grown(long read, int full) {
    return Math.multiplyExact(read, steps(full)) / samples;
  }

  private long steps(int full) {
    return ((long) full - start) / increment;
  }
}
