package neox.inference.sampling;

import neox.base.UserException;

/// The largest logit of a token is no number: nothing can be drawn. Whoever knows which model it is
/// says so ([#of]).
public final class NotANumberException extends RuntimeException {
  private final float logit;

  NotANumberException(float logit) {
    super(String.valueOf(logit));
    this.logit = logit;
  }

  /// The same in a line for people.
  ///
  /// @param model what to call the model, such as its file
  public UserException of(String model) {
    return UserException.of(
        "%s: the logits reach %s: expected numbers; try --precision fp32, or another checkpoint",
        model, logit);
  }
}
