package neox.train.plan;

import java.util.OptionalDouble;
import neox.config.NeoxConfig;
import neox.config.step.StepShape;
import neox.train.log.FlopCount;
import neox.train.log.StrictFlops;

/// A run in one layout: what it needs, and how long it takes.
record Plan(
    PlannedRun run,
    Layout layout,
    MemoryPlan memory,
    Traffic traffic,
    StepTime time,
    StrictFlops flops) {
  private static final double SECONDS_PER_DAY = 86_400;

  static Plan of(PlannedRun run, Layout layout) {
    return of(run, layout, MemoryPlan.of(run, layout), Efficiency.CALIBRATED);
  }

  static Plan of(PlannedRun run, Layout layout, MemoryPlan memory, Efficiency efficiency) {
    return new Plan(
        run,
        layout,
        memory,
        Traffic.of(run, layout),
        StepTime.of(run, layout, memory, efficiency),
        strictFlops(run, layout));
  }

  static StrictFlops strictFlops(PlannedRun run, Layout layout) {
    return StrictFlops.of(
        run.config().model(),
        run.network(layout.tensor()),
        layout.recompute(),
        layout.samples(),
        Math.round(run.positions()));
  }

  double seconds() {
    return time.total();
  }

  /// Tokens of a step.
  double tokens() {
    return (double) layout.samples() * run.config().model().seqLength();
  }

  double tokensPerSecond() {
    return tokens() / seconds();
  }

  /// Bytes of the heaviest rank.
  double bytes() {
    return memory.heaviest().total();
  }

  boolean fits() {
    return bytes() <= run.gpu().memory().usable();
  }

  /// Model FLOPs utilization, counted strictly.
  double mfu() {
    return utilization(flops.model());
  }

  /// Hardware FLOPs utilization, counted strictly.
  double hfu() {
    return utilization(flops.hardware());
  }

  private double utilization(double operations) {
    return operations / seconds() / ranks() / run.gpu().peak(run.config().precision());
  }

  int ranks() {
    return layout.topology().worldSize();
  }

  /// What the log of training calls `approx flops per GPU`: by GPT-NeoX's formula, with what is
  /// recomputed.
  double neoxFlopsPerSecond() {
    NeoxConfig config = run.config();
    StepShape shape =
        new StepShape(
            0,
            Math.toIntExact(layout.samples()),
            0,
            layout.batches().perStep(),
            config.model().seqLength());
    int rows = run.network(layout.tensor()).paddedVocab();
    return FlopCount.of(config.model(), layout.recompute(), shape, rows).hardware()
        / seconds()
        / ranks();
  }

  /// Of the whole run, where its length is known.
  OptionalDouble days() {
    long steps = run.config().batch().trainIters();
    return steps == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(steps * seconds() / SECONDS_PER_DAY);
  }
}
