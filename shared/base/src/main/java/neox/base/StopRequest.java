package neox.base;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/// A request to stop at the next good moment, made by SIGTERM or SIGINT.
///
/// The signals start the JVM's shutdown, which this object holds up until the run has saved its
/// work; then the process ends with the run's exit code instead of the signal's. Thread-safe.
public final class StopRequest implements AutoCloseable {
  /// How long a run that failed while stopping may take to report its error.
  private static final Duration REPORT = Duration.ofSeconds(2);

  private final AtomicBoolean requested = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread hook;
  private volatile int exitCode = ExitCode.FAILED;

  private StopRequest(Console console, Thread runner) {
    hook = new Thread(() -> holdUpShutdown(console, runner), "stop-request");
  }

  /// Listens for signals on behalf of the calling thread, until [#close].
  public static StopRequest listen(Console console) {
    StopRequest request = new StopRequest(console, Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(request.hook);
    return request;
  }

  /// Asks the run to stop; also what a signal does.
  public void request() {
    requested.set(true);
  }

  public boolean requested() {
    return requested.get();
  }

  /// Says with which code the process shall end after a stop; everything is on disk and printed.
  public void finished(int code) {
    exitCode = code;
    stopped.countDown();
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The signal came first: the hook runs and ends the process.
      return;
    }
  }

  private void holdUpShutdown(Console console, Thread runner) {
    request();
    console.info("stopping after this step");
    try {
      stopped.await();
      if (exitCode == ExitCode.FAILED) {
        runner.join(REPORT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }
}
