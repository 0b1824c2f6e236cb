package neox.train.push;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import neox.base.AtomicFile;
import neox.base.Bytes;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.Tool;
import neox.base.UserException;
import neox.remote.Manifest;
import neox.remote.push.PushTarget;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.Pushes;
import neox.train.checkpoint.Retention;
import org.jspecify.annotations.Nullable;

/// Pushes the checkpoints of a run, oldest first, in a thread of its own. What fails is told, and
/// tried again after a while and with the next checkpoint; it never stops the run. A checkpoint
/// that has arrived holds a mark of where, so that a run that was killed goes on with those that
/// have none.
///
/// One of all ranks pushes, for they save into one directory. Thread-safe.
public final class CheckpointPusher implements Pushes, AutoCloseable {
  /// In a checkpoint that was pushed: where to.
  static final String MARK = ".neox-pushed";

  /// What becomes of those that have not arrived when a run is stopped.
  static final String LATER = "the run that continues this one pushes them";

  /// When a run ends, how often it tries what fails.
  private static final int LAST_ATTEMPTS = 3;

  private final Parts parts;
  private final Thread thread = Thread.ofPlatform().name("checkpoint-pusher").unstarted(this::work);
  private final TreeSet<Long> waiting = new TreeSet<>();
  private final AtomicLong sentBytes = new AtomicLong();
  private volatile long totalBytes;
  private @Nullable String failure;
  private int failures;
  private int pushed;
  private long dueAtNanos = System.nanoTime();
  private boolean ending;
  private boolean reported;
  private boolean closed;

  /// What it works with.
  ///
  /// @param target which is closed with the pusher
  /// @param patience how long to wait after the first failure, doubled after each
  public record Parts(
      PushTarget target,
      CheckpointStore store,
      Retention retention,
      Console console,
      Duration patience) {
    private static final int MOST_DOUBLINGS = 6;

    Duration pause(int failures) {
      return patience.multipliedBy(1L << Math.min(MOST_DOUBLINGS, failures - 1));
    }
  }

  private CheckpointPusher(Parts parts) {
    this.parts = parts;
  }

  /// Begins with the checkpoints that are there and were not pushed to this target.
  ///
  /// @throws UserException when the target is not there, or does not let us in
  public static CheckpointPusher start(Parts parts) throws IOException {
    CheckpointPusher pusher = new CheckpointPusher(parts);
    pusher.check();
    for (long step : parts.store().iterations()) {
      if (!pusher.isPushed(step)) {
        pusher.waiting.add(step);
      }
    }
    if (!pusher.waiting.isEmpty()) {
      parts
          .console()
          .info("pushing what is not at %s yet: %s", parts.target().address(), pusher.names());
    }
    pusher.thread.start();
    return pusher;
  }

  /// A network that is down now may be up when there is something to push.
  private void check() {
    try {
      parts.target().check();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      parts.console().warn("%s; checkpoints are pushed once it answers", Tool.describe(e));
    }
  }

  private boolean isPushed(long step) throws IOException {
    try {
      String where = NamedFiles.readString(parts.store().path(step).resolve(MARK)).strip();
      return where.equals(parts.target().address());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public synchronized void saved(long step) {
    waiting.add(step);
    dueAtNanos = System.nanoTime();
    notifyAll();
  }

  @Override
  public synchronized Set<Long> waiting() {
    return Set.copyOf(waiting);
  }

  private void work() {
    try {
      for (OptionalLong step = next(); step.isPresent(); step = next()) {
        attempt(step.getAsLong());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed while it pushed: the rest waits for another run
    }
  }

  private synchronized OptionalLong next() throws InterruptedException {
    while (!closed) {
      long wait = dueAtNanos - System.nanoTime();
      if (waiting.isEmpty()) {
        wait();
      } else if (wait > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, wait);
      } else {
        return OptionalLong.of(waiting.first());
      }
    }
    return OptionalLong.empty();
  }

  /// What nobody has expected is told, too: the thread goes on whatever happens.
  private void attempt(long step) throws InterruptedException {
    try {
      if (push(step)) {
        parts.retention().run(waiting());
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (UserException e) {
      failed(step, Objects.requireNonNullElse(e.getMessage(), "refused"), LAST_ATTEMPTS);
    } catch (UncheckedIOException e) {
      failed(step, Tool.describe(Objects.requireNonNull(e.getCause())), 1);
    } catch (IOException e) {
      failed(step, Tool.describe(e), 1);
    } catch (Throwable e) {
      failed(step, "unexpected: " + e, LAST_ATTEMPTS);
    }
  }

  /// Whether it has arrived; not when it was saved again meanwhile.
  private boolean push(long step) throws IOException, InterruptedException {
    Path directory = parts.store().path(step);
    if (!Files.isDirectory(directory)) {
      parts.console().warn("%s was deleted before it was pushed", directory);
      arrived(step);
      return false;
    }
    Optional<Object> identity = identity(directory);
    Manifest manifest = Manifest.of(directory);
    sentBytes.set(0);
    totalBytes = manifest.bytes();
    parts.target().push(directory, manifest, sentBytes::addAndGet);
    if (!identity.equals(identity(directory))) {
      return false;
    }
    AtomicFile.write(directory.resolve(MARK), parts.target().address() + "\n");
    arrived(step);
    parts
        .console()
        .info(
            "pushed %s to %s (%s)",
            directory, parts.target().address(), Bytes.text((double) manifest.bytes()));
    return true;
  }

  private static Optional<Object> identity(Path directory) throws IOException {
    return Optional.ofNullable(
        Files.readAttributes(directory, BasicFileAttributes.class).fileKey());
  }

  private synchronized void arrived(long step) {
    waiting.remove(step);
    failures = 0;
    failure = null;
    pushed++;
  }

  /// @param attempts for how many of the last ones it counts: what is refused now will be again
  private void failed(long step, String why, int attempts) throws InterruptedException {
    Duration pause;
    int waits;
    synchronized (this) {
      if (closed || Thread.interrupted()) {
        throw new InterruptedException();
      }
      failures += ending ? attempts : 1;
      failure = why;
      pause = parts.pause(failures);
      dueAtNanos = System.nanoTime() + pause.toNanos();
      waits = waiting.size();
    }
    parts
        .console()
        .warn(
            "%s is not pushed: %s; trying again in %d s%s",
            parts.store().path(step).getFileName(),
            why,
            Math.max(1, pause.toSeconds()),
            waits < 2
                ? ""
                : String.format(
                    Locale.ROOT, " (%d checkpoints wait, and none of them is deleted)", waits));
  }

  /// The run takes no more steps: what has failed is tried at once, and a few times more.
  synchronized void end() {
    if (!ending) {
      ending = true;
      failures = 0;
      dueAtNanos = System.nanoTime();
      notifyAll();
    }
  }

  /// After [#end]: whether it makes sense to wait.
  synchronized boolean isBusy() {
    return thread.isAlive() && !waiting.isEmpty() && failures < LAST_ATTEMPTS;
  }

  /// Of the checkpoint under way, how many bytes have arrived.
  long sentBytes() {
    return sentBytes.get();
  }

  long totalBytes() {
    return totalBytes;
  }

  /// What has become of the checkpoints, in a line, once nobody waits any longer.
  ///
  /// @param rest what is to be done about those that are not there
  synchronized void report(String rest) {
    reported = true;
    if (!waiting.isEmpty()) {
      parts
          .console()
          .warn(
              "not pushed to %s: %s%s; %s",
              parts.target().address(), names(), failure == null ? "" : " (" + failure + ")", rest);
    } else if (pushed > 0) {
      parts.console().info("all checkpoints are at %s", parts.target().address());
    }
  }

  private String names() {
    return waiting.stream()
        .map(step -> String.valueOf(parts.store().path(step).getFileName()))
        .collect(Collectors.joining(", "));
  }

  /// Breaks off what is under way.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
      if (!reported) {
        report(LATER);
      }
    }
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    parts.target().close();
  }
}
