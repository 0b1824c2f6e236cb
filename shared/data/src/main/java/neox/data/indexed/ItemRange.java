package neox.data.indexed;

/// The items `from` (inclusive) to `to` (exclusive) of a dataset.
public record ItemRange(long from, long to) {
  public ItemRange {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("not a range: " + from + " to " + to);
    }
  }

  public long count() {
    return to - from;
  }
}
