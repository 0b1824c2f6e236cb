package neox.base;

/// The exit codes of all tools, so that Makefiles and schedulers can tell them apart.
public final class ExitCode {
  /// Done.
  public static final int OK = 0;

  /// Failed: a bug (a stack trace is printed) or the environment (one line is printed).
  public static final int FAILED = 1;

  /// The caller's mistake: bad option, bad configuration, bad input. One line, nothing
  /// half-written.
  public static final int USAGE = 2;

  /// Stopped on request after saving a checkpoint: run the same command again to continue.
  public static final int STOPPED = 75;

  /// One of several processes that work together lost another: the one that failed says why.
  public static final int PEER_LOST = 76;

  private ExitCode() {}
}
