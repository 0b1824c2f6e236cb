package neox.data.indexed;

/// How much of a dataset was written.
public record Extent(long items, long documents, long tokens) {
  /// The beginning.
  public static final Extent NOTHING = new Extent(0, 0, 0);

  public Extent {
    if (items < 0 || documents < 0 || tokens < 0) {
      throw new IllegalArgumentException("less than nothing");
    }
  }
}
