package neox.train.loop;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/// How long each part of a step takes: time counts for the part that the thread has entered last
/// and not left. Reading the clock costs some 25 ns, and a step does it a few times for each of its
/// micro-batches, so that it always runs.
///
/// On a GPU these are the times of the thread that gives out the work. Not thread-safe.
public final class StepClock {
  /// What a step does. Communication that overlaps the backward pass, and that of tensor-parallel
  /// ranks, counts for the pass.
  public enum Part {
    /// Reads micro-batches.
    DATA,
    FORWARD,
    BACKWARD,
    /// Adds the gradients of the replicas up.
    REDUCTION,
    /// Waits for neighbouring pipeline stages, and sends to them.
    PIPELINE,
    /// Norms, clipping, and the change of the weights.
    OPTIMIZER,
    /// All else.
    OTHER
  }

  /// Is told what the clock is told.
  public interface Listener {
    /// Nobody listens.
    Listener NONE =
        new Listener() {
          @Override
          public void stepBegan(long step) {}

          @Override
          public void stepEnded(long step) {}

          @Override
          public void began(Part part) {}

          @Override
          public void ended(Part part) {}
        };

    void stepBegan(long step);

    void stepEnded(long step);

    /// Parts lie one in the other.
    void began(Part part);

    void ended(Part part);
  }

  private final Map<Part, Long> nanos = new EnumMap<>(Part.class);
  private Listener listener = Listener.NONE;
  private Part part = Part.OTHER;
  private long since = System.nanoTime();

  /// Has what happens told to somebody else than before.
  public void tell(Listener other) {
    listener = other;
  }

  /// A step, whose times begin at zero.
  public <T> T step(long step, Supplier<T> body) {
    nanos.clear();
    since = System.nanoTime();
    listener.stepBegan(step);
    try {
      return body.get();
    } finally {
      turnTo(Part.OTHER);
      listener.stepEnded(step);
    }
  }

  /// Does something that counts for a part.
  public <T> T during(Part next, Supplier<T> body) {
    Part before = part;
    turnTo(next);
    listener.began(next);
    try {
      return body.get();
    } finally {
      listener.ended(next);
      turnTo(before);
    }
  }

  /// The same without a result.
  public void during(Part next, Runnable body) {
    during(
        next,
        () -> {
          body.run();
          return next;
        });
  }

  private void turnTo(Part next) {
    long now = System.nanoTime();
    nanos.merge(part, now - since, Long::sum);
    since = now;
    part = next;
  }

  /// How long the last step has spent in a part, without what lies in other parts, in seconds.
  public double seconds(Part of) {
    return nanos.getOrDefault(of, 0L) / 1e9;
  }
}
