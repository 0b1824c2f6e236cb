package neox.train;

/// The loss or a gradient of a step is NaN or infinite. The step has changed nothing.
final class NotANumberException extends Exception {
  private final transient StepResult result;

  NotANumberException(StepResult result) {
    super("loss or gradient of step " + result.step() + " is not a number");
    this.result = result;
  }

  StepResult result() {
    return result;
  }
}
