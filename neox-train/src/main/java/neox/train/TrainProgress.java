package neox.train;

/// Where the run stands right now: the one [TrainState] that changes as steps are taken. Not
/// thread-safe.
final class TrainProgress {
  private TrainState state;

  TrainProgress(TrainState state) {
    this.state = state;
  }

  TrainState state() {
    return state;
  }

  /// Counts one more step.
  void advance(long samples, long tokens, double loss) {
    state = state.plus(samples, tokens, loss);
  }

  /// Starts a new average, after a log line.
  void emptyWindow() {
    state = state.withWindow(LossWindow.EMPTY);
  }
}
