package neox.base;

/// Work was given up in the middle, because the run has been asked to stop ([StopRequest]): it is
/// nothing that another start could not do again. No failure; whoever started the work decides what
/// is saved, and ends with [ExitCode#STOPPED].
public final class StoppedException extends RuntimeException {
  public StoppedException() {
    super("stopped on request");
  }
}
