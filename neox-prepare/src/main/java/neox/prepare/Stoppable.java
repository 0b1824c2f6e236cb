package neox.prepare;

import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;

/// Runs a command that a signal may stop at a good moment: what has been downloaded and tokenized
/// stays on disk, and the same command goes on from there.
final class Stoppable {
  /// Thrown where a download notices that it shall stop.
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
      super("stopped");
    }
  }

  interface Work {
    /// Returns the exit code.
    int run(ConsoleObserver observer, StopRequest stop) throws Exception;
  }

  /// Runs the work; [ExitCode#STOPPED] when it was stopped.
  static int run(Console console, Work work) throws Exception {
    try (StopRequest stop = StopRequest.listen(console);
        ConsoleObserver observer = new ConsoleObserver(console, stop::requested)) {
      return work.run(observer, stop);
    } catch (Stopped e) {
      console.info("stopped; the same command goes on with what has been downloaded");
      return ExitCode.STOPPED;
    }
  }

  private Stoppable() {}
}
