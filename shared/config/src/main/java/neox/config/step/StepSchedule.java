package neox.config.step;

import java.util.ArrayList;
import java.util.List;

/// What each optimizer step of a run is made of: a pure function of its number, the first of which
/// is 1. Trainer, data, log, checkpoints and counts of operations all ask it, and nothing else.
///
/// A run's steps are phases of steps that are alike: one phase, unless batches or sequences grow or
/// steps are skipped.
public final class StepSchedule {
  /// As the last step: there is none.
  static final long FOREVER = Long.MAX_VALUE;

  private final List<Phase> phases;

  /// Steps that are alike.
  ///
  /// @param firstStep of them
  /// @param first its shape
  /// @param tokensBefore tokens trained on before it, since the run has begun or gone on
  private record Phase(long firstStep, StepShape first, boolean skipped, long tokensBefore) {
    long tokensPerStep() {
      return skipped ? 0 : first.tokens();
    }

    long tokensBefore(long step) {
      return tokensBefore + Math.multiplyExact(step - firstStep, tokensPerStep());
    }
  }

  /// A step of full size.
  ///
  /// @param microBatches of each rank
  /// @param samplesPerMicroBatch over all ranks
  public record FullStep(int microBatches, int samplesPerMicroBatch, int seqLength) {}

  private StepSchedule(List<Phase> phases) {
    this.phases = phases;
  }

  /// The schedule of a run from its beginning.
  public static StepSchedule of(FullStep full, StepChanges changes) {
    return after(0, 0, full, changes);
  }

  /// The schedule of a run that goes on.
  ///
  /// @param steps taken, or skipped, before
  /// @param samples of those steps
  public static StepSchedule after(long steps, long samples, FullStep full, StepChanges changes) {
    List<Phase> phases = new ArrayList<>();
    StepShape next = new StepShape(samples, 0, 0, 0, full.seqLength());
    long step = steps + 1;
    long tokens = 0;
    while (true) {
      next = shape(step, next, full, changes);
      Phase phase = new Phase(step, next, changes.skips(step), tokens);
      phases.add(phase);
      long last = lastAlike(step, next, full, changes);
      if (last == FOREVER) {
        return new StepSchedule(List.copyOf(phases));
      }
      next = next.after(last + 1 - step);
      step = last + 1;
      tokens = phase.tokensBefore(step);
    }
  }

  private static StepShape shape(long step, StepShape counted, FullStep full, StepChanges changes) {
    int whole = full.microBatches() * full.samplesPerMicroBatch();
    int samples =
        changes.ramp().map(ramp -> ramp.batch(counted.firstSample(), whole)).orElse(whole);
    return new StepShape(
        counted.firstSample(),
        samples,
        counted.firstMicroBatch(),
        samples / full.samplesPerMicroBatch(),
        changes.curriculum().map(c -> c.seqLength(step)).orElse(full.seqLength()));
  }

  private static long lastAlike(long step, StepShape shape, FullStep full, StepChanges changes) {
    int whole = full.microBatches() * full.samplesPerMicroBatch();
    long alike = changes.ramp().map(ramp -> ramp.alike(shape.firstSample(), whole)).orElse(FOREVER);
    long last = alike == FOREVER ? FOREVER : step + alike - 1;
    last = Math.min(last, changes.curriculum().map(c -> c.lastAlike(step)).orElse(FOREVER));
    return Math.min(last, changes.lastSkippedAlike(step));
  }

  /// What step `n` is made of. Steps before those of this run are not known.
  public StepShape at(long n) {
    Phase phase = phase(n);
    return phase.first.after(n - phase.firstStep);
  }

  /// Whether step `n` is passed over: its samples are never read, and nothing learns.
  public boolean skips(long n) {
    return phase(n).skipped;
  }

  /// Tokens that are trained on in the steps of this run before step `n`.
  public long tokensBefore(long n) {
    return phase(n).tokensBefore(n);
  }

  /// The first step after which this run has been trained on so many tokens.
  public long lastStepForTokens(long tokens) {
    Phase phase = phases.getFirst();
    for (Phase next : phases) {
      if (next.tokensBefore >= tokens) {
        break;
      }
      phase = next;
    }
    long steps = Math.ceilDiv(tokens - phase.tokensBefore, Math.max(1, phase.tokensPerStep()));
    return phase.firstStep - 1 + steps;
  }

  /// The last step for which so many micro-batches of each rank are enough.
  public long lastStepWithin(long microBatches) {
    Phase phase = phases.getFirst();
    for (Phase next : phases) {
      if (next.first.firstMicroBatch() > microBatches) {
        break;
      }
      phase = next;
    }
    long left = microBatches - phase.first.firstMicroBatch();
    return phase.firstStep - 1 + left / phase.first.microBatches();
  }

  private Phase phase(long n) {
    int low = 0;
    int high = phases.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (phases.get(middle).firstStep <= n) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (n < phases.get(low).firstStep) {
      throw new IllegalArgumentException("step " + n + " lies before this run");
    }
    return phases.get(low);
  }
}
