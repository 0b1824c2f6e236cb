package neox.base.slow;

/// Whether slow tests run, too: with `make test SLOW=1`.
public final class SlowTests {
  public static boolean areAskedFor() {
    return Boolean.getBoolean("neox.test.slow");
  }

  /// How many rounds a loop over random cases takes.
  ///
  /// @param few with `make test`
  /// @param many with `make test SLOW=1`
  public static int rounds(int few, int many) {
    return areAskedFor() ? many : few;
  }

  private SlowTests() {}
}
