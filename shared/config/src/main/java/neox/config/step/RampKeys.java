package neox.config.step;

import java.util.List;
import java.util.Optional;
import neox.config.step.StepSchedule.FullStep;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// `rampup_batch_size`: batches that grow, named and computed as in Megatron-LM.
///
/// @param full the step at the end of the ramp
record RampKeys(ConfigTable t, FullStep full) {
  private static final String RAMP = "rampup_batch_size";
  private static final long MOST_SAMPLES = 1_000_000_000_000L;
  private static final int MOST_INCREMENTS = 100_000;

  /// The ramp; empty when there is none, and when something is wrong with it.
  Optional<BatchRamp> read() {
    return t.optional(
            RAMP,
            triple(),
            "[start, increment, samples]: batches of start samples, which grow by increment until"
                + " they are train_batch_size after so many samples")
        .flatMap(triple -> ramp(triple.get(0), triple.get(1), triple.get(2)));
  }

  private Optional<BatchRamp> ramp(long start, long increment, long samples) {
    int whole = full.microBatches() * full.samplesPerMicroBatch();
    int piece = full.samplesPerMicroBatch();
    boolean grows =
        holds(start < whole, "must begin below train_batch_size (%d), found %d", whole, start);
    boolean divides =
        holds(
            start % piece == 0 && increment % piece == 0,
            "start and increment must be multiples of train_micro_batch_size_per_gpu x"
                + " data-parallel ranks (%d), found %d and %d",
            piece,
            start,
            increment);
    boolean reaches =
        grows
            && holds(
                (whole - start) % increment == 0,
                "must come to train_batch_size (%d) in whole increments, found %d + n x %d",
                whole,
                start,
                increment);
    boolean small =
        holds(
            samples <= MOST_SAMPLES && (whole - start) / increment <= MOST_INCREMENTS,
            "expected at most %,d samples and %,d increments, found %d and %d",
            MOST_SAMPLES,
            MOST_INCREMENTS,
            samples,
            (whole - start) / increment);
    return grows && divides && reaches && small
        ? Optional.of(new BatchRamp((int) start, (int) increment, samples))
        : Optional.empty();
  }

  private boolean holds(boolean condition, String format, Object... arguments) {
    t.check(condition, List.of(RAMP, "train_batch_size"), format, arguments);
    return condition;
  }

  private static ConfigType<List<Long>> triple() {
    ConfigType<List<Long>> list = ConfigType.list(ConfigType.count(Range.atLeast(1)));
    return new ConfigType<>(
        "list of 3 integers",
        "three integers that are at least 1, like [32, 32, 65536]",
        value -> list.parse(value).filter(triple -> triple.size() == 3),
        list.hint());
  }
}
