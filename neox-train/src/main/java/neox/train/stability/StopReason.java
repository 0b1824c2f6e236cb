package neox.train.stability;

/// Why a run cannot go on.
public sealed interface StopReason {
  /// For a message, after the step's number: what was found.
  String found();

  /// For a message about the run's fate.
  String consequence();

  /// For a message: what may help.
  String advice();

  /// Loss or gradient are not finite, and nothing says to skip such steps.
  record Diverged(SkipReason reason) implements StopReason {
    @Override
    public String found() {
      return reason.found();
    }

    @Override
    public String consequence() {
      return "training has diverged and was stopped without saving";
    }

    @Override
    public String advice() {
      return "Lower the learning rate, lengthen the warm-up, or clip gradients";
    }
  }

  /// The loss scale of float16 is as small as it may be.
  record Exhausted(SkipReason reason) implements StopReason {
    @Override
    public String found() {
      return reason.found();
    }

    @Override
    public String consequence() {
      return "the scale cannot become smaller (fp16.min_loss_scale); stopped without saving";
    }

    @Override
    public String advice() {
      return "Lower the learning rate, or train with precision: bfloat16";
    }
  }

  /// Too many steps in a row were skipped.
  record TooMany(long inARow, SkipReason reason) implements StopReason {
    @Override
    public String found() {
      return reason.found();
    }

    @Override
    public String consequence() {
      return "step number %d in a row to be skipped (max_consecutive_skips); stopped without saving"
          .formatted(inARow);
    }

    @Override
    public String advice() {
      return "Lower the learning rate, lengthen the warm-up, or clip gradients";
    }
  }
}
