package neox.wandb;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import neox.base.Console;
import neox.base.Tool;
import neox.base.UserException;

/// The thread that sends a journal while it is written: at most one call at a time, at W&B's pace,
/// each repeated until it is answered. It keeps nothing in memory but the request under way, and
/// nobody waits for it but the end of the run, for a while.
final class Sender implements AutoCloseable {
  /// Failures in a row that are worth a line.
  private static final int NOTICED_FAILURES = 3;

  private static final Duration IDLE_AT_END = Duration.ofMillis(200);

  private final Path directory;
  private final WandbHttp http;
  private final Delivery delivery;
  private final Pace pace;
  private final Console console;
  private final Runnable stop;
  private final Thread thread;
  private boolean ending;
  private boolean cancelled;
  private boolean noticed;
  private boolean toldOfReplaced;
  private boolean complete;

  /// @param stop called when somebody asks at W&B for the run to be stopped
  Sender(Path directory, WandbHttp http, Pace pace, Console console, Runnable stop)
      throws IOException {
    this.directory = directory;
    this.http = http;
    this.delivery = Delivery.open(directory, new Server(http));
    this.pace = pace;
    this.console = console;
    this.stop = stop;
    this.thread = Thread.ofPlatform().daemon().name("wandb").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      send();
    } catch (Refused e) {
      console.warn(
          "W&B: %s; the run goes on, and its record is kept: %s",
          Objects.toString(e.getMessage()), remedy());
    } catch (UserException e) {
      console.warn("W&B: %s; %s", Objects.toString(e.getMessage()), remedy());
    } catch (IOException e) {
      console.warn("W&B: %s; the run goes on, %s", Tool.describe(e), remedy());
    } catch (InterruptedException e) {
      return; // by #close, which says what is left
    }
  }

  private String remedy() {
    return "send it with neox-train sync " + RunPaths.forCommand(directory);
  }

  private void send() throws IOException, InterruptedException {
    boolean stopped = false;
    long silentSince = System.nanoTime();
    for (int failures = 0; ; ) {
      Duration wait;
      boolean atEnd = isEnding();
      boolean asked;
      try {
        Delivery.Outcome outcome = delivery.step(false, listener());
        if (outcome == Delivery.Outcome.COMPLETE) {
          setComplete();
          return;
        }
        boolean silent = System.nanoTime() - silentSince >= pace.heartbeat().toNanos() && !atEnd;
        if (outcome == Delivery.Outcome.NOTHING && silent && delivery.sent().place().isPresent()) {
          delivery.heartbeat();
          silentSince = System.nanoTime();
        }
        if (outcome == Delivery.Outcome.SENT) {
          silentSince = System.nanoTime();
        }
        failures = 0;
        Duration usual = outcome == Delivery.Outcome.SENT ? Duration.ZERO : IDLE_AT_END;
        asked = http.quota().isPresent();
        wait = http.quota().orElse(atEnd ? usual : pace.between());
      } catch (Unanswered e) {
        failures++;
        notice(failures, e);
        asked = e.asked().isPresent();
        wait = e.asked().orElse(pace.after(failures));
      }
      if (delivery.stopAsked() && !stopped) {
        stopped = true;
        console.info("W&B: somebody has asked there for this run to stop");
        stop.run();
      }
      sleep(wait, atEnd || asked);
    }
  }

  private Delivery.Listener listener() {
    return new Delivery.Listener() {
      @Override
      public void meets(Sent.Place place) {
        console.info("W&B: %s", page(place));
      }

      @Override
      public void replaces(Batch.Replaced rows) {
        if (!toldOfReplaced) {
          toldOfReplaced = true;
          console.info(
              "W&B takes steps in ascending order: it has steps from %d on already, and keeps those"
                  + " (WANDB_RESUME=never begins a run of its own)",
              rows.firstStep());
        }
      }
    };
  }

  private String page(Sent.Place place) {
    return RunTerms.page(http.server(), place.entity(), place.project(), place.run());
  }

  private void notice(int failures, Unanswered e) {
    if (failures == NOTICED_FAILURES && !noticed) {
      noticed = true;
      console.warn(
          "W&B: %s; the run goes on, its record waits in %s",
          Objects.toString(e.getMessage()), directory);
    }
  }

  private synchronized boolean isEnding() {
    return ending;
  }

  private synchronized void setComplete() {
    complete = true;
  }

  /// Sleeps; until the end of the run comes, unless all of it is to be slept.
  private synchronized void sleep(Duration duration, boolean whole) throws InterruptedException {
    long until = System.nanoTime() + duration.toNanos();
    while (!cancelled && (whole || !ending)) {
      long millis = Duration.ofNanos(until - System.nanoTime()).toMillis();
      if (millis <= 0) {
        return;
      }
      wait(millis);
    }
    if (cancelled) {
      throw new InterruptedException();
    }
  }

  /// Sends what is left of a run whose end the journal tells, for as long as [Pace#atEnd], and says
  /// how to send what is left then.
  @Override
  public void close() throws IOException {
    synchronized (this) {
      ending = true;
      notifyAll();
    }
    join(pace.atEnd());
    boolean late = thread.isAlive();
    synchronized (this) {
      cancelled = true;
      notifyAll();
    }
    if (late) {
      http.cancel();
      join(Duration.ofSeconds(1));
    }
    synchronized (this) {
      if (late && !complete) {
        console.warn("W&B has not got all of this run yet; %s", remedy());
      }
    }
    http.close();
    if (!thread.isAlive()) {
      delivery.close();
    }
  }

  /// Leaves at once, as a process that is killed does; for tests.
  void abandon() throws IOException {
    synchronized (this) {
      cancelled = true;
      notifyAll();
    }
    http.cancel();
    join(Duration.ofSeconds(10));
    delivery.close();
    http.close();
  }

  private void join(Duration longest) {
    try {
      thread.join(longest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
