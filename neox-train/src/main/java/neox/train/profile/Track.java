package neox.train.profile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/// What one thread did. Written by that thread alone.
///
/// @param thread its name
record Track(String thread, long id, List<Span> spans, Deque<Open> open) {
  /// A span that has not ended.
  record Open(Span.Kind kind, String name, long startNanos, long startCpuNanos) {}

  /// Of the calling thread.
  static Track ofThisThread() {
    Thread thread = Thread.currentThread();
    return new Track(thread.getName(), thread.threadId(), new ArrayList<>(), new ArrayDeque<>());
  }

  void begin(Span.Kind kind, String name, long cpuNanos) {
    open.push(new Open(kind, name, System.nanoTime(), cpuNanos));
  }

  /// Ends the span that has begun last, if one has.
  void end(long cpuNanos) {
    long now = System.nanoTime();
    Open last = open.poll();
    if (last != null) {
      spans.add(
          new Span(
              last.kind(),
              last.name(),
              last.startNanos(),
              now - last.startNanos(),
              cpuNanos - last.startCpuNanos(),
              open.size()));
    }
  }

  /// In the order of their beginnings, the outer before the inner.
  List<Span> inOrder() {
    return spans.stream()
        .sorted(Comparator.comparingLong(Span::startNanos).thenComparingInt(Span::depth))
        .toList();
  }
}
