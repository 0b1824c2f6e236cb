package neox.train;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A moment of a run, told by what a thread of it is doing, at which the process gets a signal.
///
/// @param name for people
/// @param thread whose work it is
/// @param frames `Class.method` of calls that are all under way at that moment
/// @param overrides of the configuration, which let the moment come or last
record SignalPoint(String name, String thread, List<String> frames, List<String> overrides) {

  static SignalPoint of(String name, String frame, String... overrides) {
    return new SignalPoint(name, "main", List.of(frame.split(" ")), List.of(overrides));
  }

  SignalPoint in(String otherThread) {
    return new SignalPoint(name, otherThread, frames, overrides);
  }

  /// Watches the process; when the moment has come, sends it SIGTERM and ends.
  Thread watch() {
    return Thread.ofPlatform().name("signals").daemon().start(this::signalWhenReached);
  }

  private void signalWhenReached() {
    while (!isReached()) {
      if (Thread.interrupted()) {
        return;
      }
      LockSupport.parkNanos(20_000);
    }
    raise();
  }

  private boolean isReached() {
    Thread[] threads = new Thread[Thread.activeCount() + 8];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (threads[i].getName().equals(thread) && isReached(threads[i].getStackTrace())) {
        return true;
      }
    }
    return false;
  }

  private boolean isReached(StackTraceElement[] stack) {
    return frames.stream()
        .allMatch(frame ->
            Arrays.stream(stack)
                .anyMatch(call ->
                    (call.getClassName() + "." + call.getMethodName()).endsWith("." + frame)));
  }

  /// `sun.misc.Signal` by reflection, for javac warns of its name.
  private static void raise() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Object term = signal.getConstructor(String.class).newInstance("TERM");
      signal.getMethod("raise", signal).invoke(null, term);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
