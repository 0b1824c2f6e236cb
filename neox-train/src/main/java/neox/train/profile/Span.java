package neox.train.profile;

/// Something that has taken time.
///
/// @param startNanos by the process's clock
/// @param cpuNanos that all threads of the process have computed meanwhile; 0 where that was not
///   asked
/// @param depth how many spans of the same thread it lies in
record Span(Kind kind, String name, long startNanos, long nanos, long cpuNanos, int depth) {
  /// What a span is of.
  enum Kind {
    STEP("step"),
    PART("part"),
    BACKWARD("autograd"),
    OPERATOR("operator");

    private final String category;

    Kind(String category) {
      this.category = category;
    }

    /// As a trace names it.
    String category() {
      return category;
    }
  }
}
