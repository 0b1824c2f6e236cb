package neox.train.profile;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a recording comes to, all of its steps together.
///
/// @param steps how many there were
/// @param step what they took
/// @param parts what each part took, without parts that lie in it
/// @param operators what each operator took in each part, without those that it calls; longest
///   first
record Profile(long steps, Cost step, Map<String, Cost> parts, List<Operator> operators) {
  /// The part of what threads do beside the steps.
  static final String BESIDE = "beside";

  /// The rest of a step, which is in no part.
  static final String OTHER = "other";

  /// What a part does between its operators.
  static final String OUTSIDE = "(outside of operators)";

  /// What all calls of something took together.
  ///
  /// @param cpuNanos of all threads of the process, known of steps and parts
  record Cost(long calls, long nanos, long cpuNanos) {
    static final Cost NONE = new Cost(0, 0, 0);

    Cost plus(Cost other) {
      return new Cost(calls + other.calls, nanos + other.nanos, cpuNanos + other.cpuNanos);
    }
  }

  /// One operator in one part.
  record Operator(String name, String part, Cost own) {}

  static Profile of(Collection<Track> tracks, long steps) {
    Sums sums = new Sums();
    tracks.forEach(track -> sums.add(track.inOrder()));
    List<Operator> operators =
        sums.operators.entrySet().stream()
            .map(entry -> new Operator(entry.getKey().name, entry.getKey().part, entry.getValue()))
            .sorted(Comparator.comparingLong((Operator each) -> each.own().nanos()).reversed())
            .toList();
    return new Profile(steps, sums.step, sums.parts, operators);
  }

  private record Key(String name, String part) {}

  /// A span that has not ended yet in the order in which they are added up.
  private static final class Open {
    final Span span;
    final String part;
    long nanosOfInner;
    long nanosOfParts;
    long cpuNanosOfParts;

    Open(Span span, String part) {
      this.span = span;
      this.part = part;
    }
  }

  private static final class Sums {
    final Map<String, Cost> parts = new LinkedHashMap<>();
    final Map<Key, Cost> operators = new LinkedHashMap<>();
    Cost step = Cost.NONE;

    void add(List<Span> spans) {
      Deque<Open> open = new ArrayDeque<>();
      for (Span span : spans) {
        endDeeperThan(span.depth(), open);
        String around = open.isEmpty() ? BESIDE : open.getFirst().part;
        open.push(
            new Open(
                span,
                switch (span.kind()) {
                  case STEP -> OTHER;
                  case PART -> span.name();
                  case BACKWARD, OPERATOR -> around;
                }));
      }
      endDeeperThan(0, open);
    }

    private void endDeeperThan(int depth, Deque<Open> open) {
      while (open.size() > depth) {
        Open last = open.pop();
        end(last);
        if (!open.isEmpty()) {
          tell(open.getFirst(), last.span);
        }
      }
    }

    private void end(Open it) {
      long own = it.span.nanos() - it.nanosOfInner;
      switch (it.span.kind()) {
        case BACKWARD, OPERATOR ->
            operators.merge(new Key(it.span.name(), it.part), new Cost(1, own, 0), Cost::plus);
        case PART, STEP -> {
          operators.merge(new Key(OUTSIDE, it.part), new Cost(1, own, 0), Cost::plus);
          parts.merge(
              it.part,
              new Cost(
                  1, it.span.nanos() - it.nanosOfParts, it.span.cpuNanos() - it.cpuNanosOfParts),
              Cost::plus);
        }
      }
      if (it.span.kind() == Span.Kind.STEP) {
        step = step.plus(new Cost(1, it.span.nanos(), it.span.cpuNanos()));
      }
    }

    private static void tell(Open around, Span inner) {
      around.nanosOfInner += inner.nanos();
      if (inner.kind() == Span.Kind.PART) {
        around.nanosOfParts += inner.nanos();
        around.cpuNanosOfParts += inner.cpuNanos();
      }
    }
  }
}
