package neox.train.heartbeat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.Environment;
import neox.base.NamedFiles;
import neox.base.ParentWatch;

/// The heartbeat of this rank. The thread that makes it tells its progress by counting; a thread
/// beside it writes that down twice a second, so that both can be told from outside: a process that
/// is stopped, and one that runs and gets nowhere. Without an agent nothing is written.
public final class Heartbeat implements AutoCloseable {
  /// Names the file to write; set by the agent of the host.
  public static final String VARIABLE = "NEOX_HEARTBEAT";

  private static final int BYTES = 1024;
  private static final long PERIOD_MILLIS = 500;

  /// Stacks are looked at when there has been no progress for so long.
  private static final long QUIET_MILLIS = 2000;

  private static final String OURS = "neox.";
  private static final String COMMUNICATION = "neox.parallel.comm.";
  private static final String WRITER = "checkpoint-writer";
  private static final String WAITS_FOR_WRITER = "neox.train.checkpoint.BackgroundWork";

  private final Optional<Path> file;
  private final Thread worker = Thread.currentThread();
  private final AtomicLong progress = new AtomicLong();
  private final Thread writer;
  private volatile State state = new State(Phase.STARTING, 0, 0);
  private volatile boolean closed;

  private record State(Phase phase, long step, long lastStep) {}

  private Heartbeat(Optional<Path> file) {
    this.file = file;
    this.writer = Thread.ofPlatform().name("heartbeat").daemon().unstarted(this::write);
  }

  /// A heart that beats for nobody.
  public static Heartbeat silent() {
    return new Heartbeat(Optional.empty());
  }

  /// The heartbeat of the calling thread's work, if this process is a rank of an agent, without
  /// which it does not go on living.
  public static Heartbeat fromEnvironment() {
    Optional<Path> file = Environment.get(VARIABLE).map(Path::of);
    if (file.isPresent()) {
      ParentWatch.start();
    }
    return to(file);
  }

  /// @param file where to write it
  static Heartbeat to(Optional<Path> file) {
    Heartbeat heartbeat = new Heartbeat(file);
    if (file.isPresent()) {
      heartbeat.writer.start();
    }
    return heartbeat;
  }

  /// What this thread does from now on.
  public void enter(Phase phase) {
    state = new State(phase, state.step, state.lastStep);
    beat();
  }

  /// Step `step` of `lastStep` begins, or what comes after it.
  public void enter(Phase phase, long step, long lastStep) {
    state = new State(phase, step, lastStep);
    beat();
  }

  /// A sign of progress.
  public void beat() {
    progress.incrementAndGet();
  }

  private void write() {
    try (FileChannel channel =
        NamedFiles.open(file.orElseThrow(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long seen = -1;
      long changedAt = System.currentTimeMillis();
      while (!closed) {
        long now = System.currentTimeMillis();
        long count = progress.get();
        if (count != seen) {
          seen = count;
          changedAt = now;
        }
        write(channel, beat(now, changedAt, count));
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The agent misses the beat, and says so.
    }
  }

  private Beat beat(long now, long changedAt, long count) {
    State is = state;
    Optional<StackTraceElement[]> stack =
        now - changedAt < QUIET_MILLIS ? Optional.empty() : Optional.of(stack());
    return new Beat(
        ProcessHandle.current().pid(),
        now,
        changedAt,
        is.phase,
        is.step,
        is.lastStep,
        count,
        stack.map(frames -> isIn(frames, COMMUNICATION)).orElse(false),
        stack.flatMap(Heartbeat::where).orElse(""));
  }

  /// Of the thread that the work now waits for.
  private StackTraceElement[] stack() {
    StackTraceElement[] own = worker.getStackTrace();
    return isIn(own, WAITS_FOR_WRITER)
        ? Thread.getAllStackTraces().entrySet().stream()
            .filter(entry -> entry.getKey().getName().equals(WRITER))
            .map(entry -> entry.getValue())
            .findFirst()
            .orElse(own)
        : own;
  }

  private static boolean isIn(StackTraceElement[] frames, String prefix) {
    return Arrays.stream(frames).anyMatch(frame -> frame.getClassName().startsWith(prefix));
  }

  /// The innermost call of ours.
  private static Optional<String> where(StackTraceElement[] frames) {
    return Arrays.stream(frames)
        .filter(frame -> frame.getClassName().startsWith(OURS))
        .findFirst()
        .map(frame ->
            "%s.%s (%s:%d)"
                .formatted(
                    frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1),
                    frame.getMethodName(),
                    frame.getFileName(),
                    frame.getLineNumber()));
  }

  /// In place, and always as long: a reader finds the old line or the new.
  private static void write(FileChannel channel, Beat beat) throws IOException {
    byte[] line = Arrays.copyOf(beat.toJson().getBytes(StandardCharsets.UTF_8), BYTES);
    for (int i = 0; i < line.length; i++) {
      line[i] = line[i] == 0 ? (byte) ' ' : line[i];
    }
    channel.write(ByteBuffer.wrap(line), 0);
  }

  @Override
  public void close() {
    closed = true;
    writer.interrupt();
  }
}
