package neox.train.heartbeat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.Environment;
import neox.base.NamedFiles;
import neox.base.process.ParentWatch;

/// The heartbeat of this rank. The thread that makes it tells its progress by counting; a thread
/// beside it writes that down twice a second, so that both can be told from outside: a process that
/// is stopped, and one that runs and gets nowhere. Without an agent nothing is written.
public final class Heartbeat implements AutoCloseable {
  /// Names the file to write; set by the agent of the host.
  public static final String VARIABLE = "NEOX_HEARTBEAT";

  /// Says how often the agent has started the ranks again after a failure.
  public static final String RESTARTS = "NEOX_RESTARTS";

  /// Says when the job was started for the first time, in milliseconds since 1970.
  public static final String JOB_START = "NEOX_JOB_START";

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

  /// When the job was started whose ranks the agent has started again after a failure, in
  /// milliseconds since 1970; empty in its first attempt.
  public static OptionalLong startOfRestartedJob() {
    boolean again = Environment.get(RESTARTS).filter(times -> !times.equals("0")).isPresent();
    Optional<String> start = Environment.get(JOB_START).filter(_ -> again);
    return start.isPresent() ? OptionalLong.of(Long.parseLong(start.get())) : OptionalLong.empty();
  }

  /// Whether an agent watches this rank.
  public boolean isWatched() {
    return file.isPresent();
  }

  /// What this thread does from now on.
  public void enter(Phase phase) {
    State is = state;
    state = new State(phase, is.step, is.lastStep);
    beat();
  }

  /// What this thread does from now on, after step `step` of `lastStep`.
  public void enter(Phase phase, long step, long lastStep) {
    state = new State(phase, step, lastStep);
    beat();
  }

  /// Does something else in between.
  public <E extends Exception> void during(Phase phase, Body<E> body) throws E {
    State before = state;
    enter(phase);
    try {
      body.run();
    } finally {
      state = before;
      beat();
    }
  }

  /// Something that a rank does.
  @FunctionalInterface
  public interface Body<E extends Exception> {
    void run() throws E;
  }

  /// A sign of progress.
  public void beat() {
    progress.incrementAndGet();
  }

  private void write() {
    try (FileChannel channel =
        NamedFiles.open(file.orElseThrow(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Pulse pulse = new Pulse(0, System.currentTimeMillis(), 0);
      while (!closed) {
        pulse = pulse.at(System.currentTimeMillis(), progress.get(), state.phase);
        write(channel, beat(pulse));
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The agent misses the beat, and says so.
    }
  }

  /// @param changedAt when the count was last another
  /// @param longest that it was the same in steps and evaluations
  private record Pulse(long count, long changedAt, long longest) {
    Pulse at(long now, long newCount, Phase phase) {
      long still = phase.recurs() ? Math.max(longest, now - changedAt) : longest;
      return newCount == count ? this : new Pulse(newCount, now, still);
    }
  }

  private Beat beat(Pulse pulse) {
    State is = state;
    long now = System.currentTimeMillis();
    Optional<StackTraceElement[]> stack =
        now - pulse.changedAt < QUIET_MILLIS ? Optional.empty() : Optional.of(stack());
    return new Beat(
        ProcessHandle.current().pid(),
        now,
        pulse.changedAt,
        is.phase,
        is.step,
        is.lastStep,
        pulse.count,
        pulse.longest,
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
