package neox.train.loop;

/// How an optimizer step has ended.
public sealed interface StepOutcome {
  StepResult result();

  /// Every weight has been changed.
  record Taken(StepResult result) implements StepOutcome {}

  /// Loss or gradient are not finite. No weight has changed.
  record Diverged(StepResult result) implements StepOutcome {}
}
