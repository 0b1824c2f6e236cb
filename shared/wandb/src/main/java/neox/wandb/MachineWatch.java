package neox.wandb;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/// Looks at the machine now and then, on a thread of its own, and notes what it sees.
final class MachineWatch implements AutoCloseable {
  private final Machine machine;
  private final Journal journal;
  private final Duration every;
  private final Clock clock;
  private final Thread thread;
  private boolean closed;

  MachineWatch(Machine machine, Journal journal, Duration every, Clock clock) {
    this.machine = machine;
    this.journal = journal;
    this.every = every;
    this.clock = clock;
    this.thread = Thread.ofPlatform().daemon().name("wandb-machine").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (sleep()) {
      note();
    }
  }

  /// Nobody interrupts this thread: that would close the file to which it writes.
  private synchronized boolean sleep() {
    long until = System.nanoTime() + every.toNanos();
    try {
      for (long left = every.toMillis(); !closed && left > 0; ) {
        wait(left);
        left = Duration.ofNanos(until - System.nanoTime()).toMillis();
      }
    } catch (InterruptedException e) {
      closed = true;
    }
    return !closed;
  }

  private void note() {
    try {
      journal.append(new Entry.Event(clock.millis() / 1e3, machine.look()));
    } catch (IOException e) {
      return; // it waits in memory, and whoever writes next tells
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join(Duration.ofSeconds(11)); // it may be asking for GPUs
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
