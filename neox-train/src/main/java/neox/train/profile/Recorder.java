package neox.train.profile;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import neox.tensor.OperatorListener;
import neox.train.loop.StepClock;

/// Writes down what happens within steps, on every thread.
final class Recorder implements StepClock.Listener, OperatorListener.Listener {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Queue<Track> tracks = new ConcurrentLinkedQueue<>();
  private final ThreadLocal<Track> own =
      ThreadLocal.withInitial(() -> {
        Track track = Track.ofThisThread();
        tracks.add(track);
        return track;
      });
  private volatile boolean inStep;
  private long steps;

  @Override
  public void stepBegan(long step) {
    inStep = true;
    own.get().begin(Span.Kind.STEP, "step " + step, cpuNanos());
  }

  @Override
  public void stepEnded(long step) {
    own.get().end(cpuNanos());
    inStep = false;
    steps++;
  }

  @Override
  public void began(StepClock.Part part) {
    own.get().begin(Span.Kind.PART, part.name().toLowerCase(Locale.ROOT), cpuNanos());
  }

  @Override
  public void ended(StepClock.Part part) {
    own.get().end(cpuNanos());
  }

  @Override
  public void began(OperatorListener.Kind kind, String name) {
    if (inStep) {
      own.get()
          .begin(
              switch (kind) {
                case OPERATOR -> Span.Kind.OPERATOR;
                case BACKWARD -> Span.Kind.BACKWARD;
              },
              name,
              0);
    }
  }

  @Override
  public void ended() {
    Track track = own.get();
    if (!track.open().isEmpty()) {
      track.end(0);
    }
  }

  private static long cpuNanos() {
    return PROCESS.getProcessCpuTime();
  }

  /// Of every thread that did something.
  List<Track> tracks() {
    return tracks.stream().filter(track -> !track.spans().isEmpty()).toList();
  }

  /// How many steps it has seen whole.
  long steps() {
    return steps;
  }
}
