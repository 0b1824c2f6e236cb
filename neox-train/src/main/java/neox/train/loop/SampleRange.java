package neox.train.loop;

/// The training samples of a step, of all ranks together, counted from the first of the run.
///
/// @param first from 0 on
/// @param count how many
public record SampleRange(long first, long count) {
  @Override
  public String toString() {
    return "samples %d to %d".formatted(first, first + count - 1);
  }
}
