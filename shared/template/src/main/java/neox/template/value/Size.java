package neox.template.value;

/// Templates come from strangers: what one of them makes has a bound.
public final class Size {
  private static final int MAX = 1 << 26;

  /// Refuses to make a string or a list of so many parts.
  public static void require(long parts) {
    if (parts > MAX) {
      throw Fault.of("a sequence of more than %,d items is too long", MAX);
    }
  }

  private Size() {}
}
