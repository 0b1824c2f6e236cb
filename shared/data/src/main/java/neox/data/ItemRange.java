package neox.data;

/// The items `from` (inclusive) to `to` (exclusive) of a dataset.
record ItemRange(long from, long to) {
  ItemRange {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("not a range: " + from + " to " + to);
    }
  }

  long count() {
    return to - from;
  }
}
