package neox.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A request to stop at the next good moment, made by a signal: the work in hand is finished and
/// saved, and the process ends with the exit code that its work returns.
///
/// Signals are HUP (the terminal was closed), INT (Ctrl-C), TERM (schedulers), and USR1, which
/// Slurm's `--signal=USR1@60` sends before it is time. A second INT ends the process at once;
/// others after the first change nothing, for schedulers send several. Signals belong to the
/// process: one request at a time listens. Thread-safe.
public final class StopRequest implements AutoCloseable {
  private static final String INTERRUPT = "INT";
  private static final List<String> SIGNALS = List.of("HUP", INTERRUPT, "TERM", "USR1");

  /// What a shell reports for a process that SIGINT has ended.
  private static final int INTERRUPTED = 128 + 2;

  private final AtomicBoolean requested = new AtomicBoolean();
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final AtomicReference<@Nullable Runnable> farewell = new AtomicReference<>();
  private final List<Signals.Restoration> restorations = new ArrayList<>();
  private final Console console;

  private StopRequest(Console console) {
    this.console = console;
  }

  /// Listens for signals until [#close].
  public static StopRequest listen(Console console) {
    StopRequest request = new StopRequest(console);
    for (String signal : SIGNALS) {
      try {
        request.restorations.add(Signals.handle(signal, request::receive));
      } catch (IllegalArgumentException e) {
        console.warn(
            "SIG%s will end this run unsaved: %s", signal, Objects.toString(e.getMessage()));
      }
    }
    return request;
  }

  /// Asks the run to stop; also what a signal does.
  public void request() {
    requested.set(true);
    endIfNothingIsLost();
  }

  /// Does work that cannot be given up, such as waiting for other processes in native code, and
  /// that leaves nothing behind: a request ends the process meanwhile, at once.
  ///
  /// @param last what is done before such an end, as to say so
  /// @throws StoppedException when the run had been asked to stop before
  public <T> T endingAtOnce(Runnable last, Supplier<T> work) {
    farewell.set(last);
    try {
      if (requested()) {
        throw new StoppedException();
      }
      return work.get();
    } finally {
      farewell.set(null);
    }
  }

  public boolean requested() {
    return requested.get();
  }

  /// Gives the signals back.
  @Override
  public void close() {
    restorations.reversed().forEach(Signals.Restoration::restore);
    restorations.clear();
  }

  private void receive(String signal) {
    boolean again = signal.equals(INTERRUPT) && interrupted.getAndSet(true);
    if (again) {
      console.warn("interrupted a second time: stopped at once, unsaved");
      Runtime.getRuntime().halt(INTERRUPTED);
    }
    if (!requested.getAndSet(true)) {
      console.info(
          "SIG%s: stopping after this step (Ctrl-C %s: at once, unsaved)",
          signal, interrupted.get() ? "again" : "twice");
      endIfNothingIsLost();
    }
  }

  private void endIfNothingIsLost() {
    @Nullable Runnable last = farewell.get();
    if (last != null) {
      last.run();
      Runtime.getRuntime().halt(ExitCode.STOPPED);
    }
  }
}
