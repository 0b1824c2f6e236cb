package neox.train.checkpoint;

/// Where the run stands right now: the one [TrainState] that changes as steps are taken. Not
/// thread-safe.
public final class TrainProgress {
  private TrainState state;

  public TrainProgress(TrainState state) {
    this.state = state;
  }

  public TrainState state() {
    return state;
  }

  /// Counts one more step.
  public void advance(long samples, long tokens, double loss) {
    state = state.plus(samples, tokens, loss);
  }

  /// Starts a new average, after a log line.
  public void emptyWindow() {
    state = state.withWindow(LossWindow.EMPTY);
  }
}
