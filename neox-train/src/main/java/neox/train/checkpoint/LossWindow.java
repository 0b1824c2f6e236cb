package neox.train.checkpoint;

/// The losses since the last log line, as their sum. Immutable, so that a checkpoint between two
/// log lines can hold it and a resumed run averages over the whole interval.
///
/// @param steps number of losses in the sum
public record LossWindow(double sum, long steps) {
  public static final LossWindow EMPTY = new LossWindow(0, 0);

  public LossWindow plus(double loss) {
    return new LossWindow(sum + loss, steps + 1);
  }

  /// The mean loss; 0 when there is none, as NeoX logs it.
  public double mean() {
    return sum / Math.max(1, steps);
  }
}
