package neox.train.loop;

import neox.train.stability.SkipReason;
import neox.train.stability.StopReason;

/// How an optimizer step has ended.
public sealed interface StepOutcome {
  StepResult result();

  /// The same with what was found out at the end of the step.
  ///
  /// @param nanos that the step has taken
  default StepOutcome with(StepFigures figures, long nanos) {
    StepResult whole = result().with(figures, nanos);
    return switch (this) {
      case Taken _ -> new Taken(whole);
      case Skipped(StepResult _, SkipReason reason) -> new Skipped(whole, reason);
      case Stopped(StepResult _, StopReason reason) -> new Stopped(whole, reason);
    };
  }

  /// Every weight has been changed.
  record Taken(StepResult result) implements StepOutcome {}

  /// No weight has changed; the run goes on with the next step.
  record Skipped(StepResult result, SkipReason reason) implements StepOutcome {}

  /// No weight has changed; the run cannot go on.
  record Stopped(StepResult result, StopReason reason) implements StepOutcome {}
}
