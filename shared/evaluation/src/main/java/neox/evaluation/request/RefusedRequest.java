package neox.evaluation.request;

import java.util.Objects;

/// A request that the model cannot answer; who made it knows which document it is of.
public final class RefusedRequest extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int number;

  /// @param number of the request among those that were run together, from 0
  public RefusedRequest(int number, String problem, Throwable cause) {
    super(problem, cause);
    this.number = number;
  }

  RefusedRequest(int number, String problem) {
    super(problem);
    this.number = number;
  }

  public int number() {
    return number;
  }

  /// The same refusal of the request that stands at `number` in a larger list.
  public RefusedRequest at(int number) {
    return new RefusedRequest(number, Objects.toString(getMessage()), this);
  }
}
