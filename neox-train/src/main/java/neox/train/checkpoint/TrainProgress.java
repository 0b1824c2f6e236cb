package neox.train.checkpoint;

import neox.train.stability.NoiseScale;
import neox.train.stability.Stability;

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

  /// Counts one more step, which changed no weight.
  public void skip(long samples, long tokens, double loss) {
    state = state.plusSkipped(samples, tokens, loss);
  }

  /// Counts one more step, of which nothing was read.
  public void passOver(long samples) {
    state = state.plusPassedOver(samples);
  }

  /// What counts for the next step.
  public void remember(Stability stability) {
    state = state.withStability(stability);
  }

  /// Takes in a new estimate of the gradient noise scale.
  public void estimate(NoiseScale.Pair pair) {
    state = state.withNoiseScale(state.noiseScale().plus(pair));
  }

  /// Starts a new average, after a log line.
  public void emptyWindow() {
    state = state.withWindow(LossWindow.EMPTY);
  }
}
