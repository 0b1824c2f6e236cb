package neox.config.step;

/// Some steps, one after the other.
///
/// @param last is one of them
public record StepRange(long first, long last) {
  @Override
  public String toString() {
    return first == last ? "step " + first : "steps " + first + " to " + last;
  }
}
