package neox.train.stability;

/// Where loss scaling stands: what [LossScaling] makes of it after each step, and what a checkpoint
/// keeps of it.
///
/// @param scale the factor of the next step
/// @param patience the how-manieth overflow from now on halves the scale, at least 1
/// @param step of the run, from 0 on
/// @param lastOverflow the step of the last one, -1 before the first
public record LossScale(double scale, int patience, long step, long lastOverflow) {
  /// Of a loss that is not scaled.
  static final LossScale NONE = first(1, 1);

  /// Before the first step.
  static LossScale first(double scale, int patience) {
    return new LossScale(scale, patience, 0, -1);
  }

  LossScale withPatience(int other) {
    return new LossScale(scale, other, step, lastOverflow);
  }

  /// After a step that overflowed.
  LossScale overflowed(double nextScale, int nextPatience) {
    return new LossScale(nextScale, nextPatience, step + 1, step);
  }

  /// After a step that did not.
  LossScale passed(double nextScale, int nextPatience) {
    return new LossScale(nextScale, nextPatience, step + 1, lastOverflow);
  }
}
