package neox.base.progress;

/// What `--progress` says: who reads standard error.
public enum ProgressMode {
  /// A bar on a terminal, a line now and then elsewhere.
  AUTO,
  /// A line of JSON for everything that is said there ([Events]).
  JSON,
  /// Neither.
  OFF
}
