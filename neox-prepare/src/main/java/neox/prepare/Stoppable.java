package neox.prepare;

import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.hub.download.ConsoleObserver;

/// Runs a command that a signal may stop at a good moment: what has been downloaded and tokenized
/// stays on disk, and the same command goes on from there.
final class Stoppable {
  interface Work {
    /// Returns the exit code.
    int run(ConsoleObserver observer, StopRequest stop) throws Exception;
  }

  /// Runs the work; [ExitCode#STOPPED] when it was stopped.
  static int run(Console console, Work work) throws Exception {
    try (StopRequest stop = StopRequest.listen(console);
        ConsoleObserver observer = new ConsoleObserver(console, stop::requested)) {
      return work.run(observer, stop);
    } catch (StoppedException e) {
      console.info("stopped; the same command goes on with what has been downloaded");
      return ExitCode.STOPPED;
    }
  }

  private Stoppable() {}
}
