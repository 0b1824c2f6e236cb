package neox.config.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import neox.config.step.StepSchedule.FullStep;
import org.junit.jupiter.api.Test;

class StepScheduleTest {
  /// 3 micro-batches of 4 samples of 64 tokens.
  private static final FullStep FULL = new FullStep(3, 4, 64);

  @Test
  void allStepsAreAlikeUnlessSomethingChanges() {
    StepSchedule schedule = StepSchedule.of(FULL, StepChanges.NONE);
    assertThat(schedule.at(1)).isEqualTo(new StepShape(0, 12, 0, 3, 64));
    assertThat(schedule.at(1001)).isEqualTo(new StepShape(12_000, 12, 3000, 3, 64));
    assertThat(schedule.tokensBefore(1001)).isEqualTo(12_000 * 64);
    assertThat(schedule.skips(7)).isFalse();
  }

  @Test
  void stepsBeforeTheRunAreNotKnown() {
    StepSchedule schedule = StepSchedule.after(10, 120, FULL, StepChanges.NONE);
    assertThat(schedule.at(11)).isEqualTo(new StepShape(120, 12, 0, 3, 64));
    assertThatThrownBy(() -> schedule.at(10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step 10 lies before this run");
  }

  /// The phases are an abbreviation: step by step, and by the definitions, it is the same.
  @Test
  void anyScheduleIsWhatItsRulesSayStepByStep() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      FullStep full = new FullStep(1 + random.nextInt(6), 1 + random.nextInt(3), 64);
      StepChanges changes = changes(random, full);
      StepSchedule schedule = StepSchedule.of(full, changes);
      long samples = 0;
      long microBatches = 0;
      long tokens = 0;
      for (long n = 1; n <= 60; n++) {
        int batch = batch(changes, samples, full);
        long step = n;
        int length = changes.curriculum().map(c -> c.seqLength(step)).orElse(64);
        int pieces = batch / full.samplesPerMicroBatch();
        assertThat(schedule.at(n))
            .as("step %d of %s", n, changes)
            .isEqualTo(new StepShape(samples, batch, microBatches, pieces, length));
        assertThat(schedule.tokensBefore(n)).isEqualTo(tokens);
        assertThat(schedule.skips(n)).isEqualTo(isIn(changes.skipped(), n));
        samples += batch;
        microBatches += pieces;
        tokens += schedule.skips(n) ? 0 : (long) batch * length;
      }
    }
  }

  @Test
  void aRunThatGoesOnHasTheStepsOfOneThatWasNotInterrupted() {
    Random random = new Random(6);
    for (int round = 0; round < 300; round++) {
      FullStep full = new FullStep(1 + random.nextInt(6), 1 + random.nextInt(3), 64);
      StepChanges changes = changes(random, full);
      StepSchedule whole = StepSchedule.of(full, changes);
      int done = random.nextInt(50);
      StepShape from = whole.at(done + 1);
      StepSchedule rest = StepSchedule.after(done, from.firstSample(), full, changes);
      for (long n = done + 1L; n <= 70; n++) {
        StepShape expected = whole.at(n);
        assertThat(rest.at(n))
            .isEqualTo(
                new StepShape(
                    expected.firstSample(),
                    expected.samples(),
                    expected.firstMicroBatch() - from.firstMicroBatch(),
                    expected.microBatches(),
                    expected.seqLength()));
        assertThat(rest.skips(n)).isEqualTo(whole.skips(n));
      }
    }
  }

  @Test
  void findsTheStepAtWhichTokensOrMicroBatchesAreReached() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      FullStep full = new FullStep(1 + random.nextInt(6), 1 + random.nextInt(3), 64);
      StepSchedule schedule = StepSchedule.of(full, changes(random, full));
      long tokens = 1L + random.nextInt(20_000);
      long last = schedule.lastStepForTokens(tokens);
      assertThat(schedule.tokensBefore(last + 1)).isGreaterThanOrEqualTo(tokens);
      assertThat(schedule.tokensBefore(last)).isLessThan(tokens);
      long microBatches = random.nextInt(200);
      long within = schedule.lastStepWithin(microBatches);
      assertThat(schedule.at(within + 1).firstMicroBatch()).isLessThanOrEqualTo(microBatches);
      assertThat(schedule.at(within + 2).firstMicroBatch()).isGreaterThan(microBatches);
    }
  }

  private static boolean isIn(List<StepRange> ranges, long n) {
    return ranges.stream().anyMatch(range -> range.first() <= n && n <= range.last());
  }

  /// As Megatron-LM writes it, but in whole numbers.
  private static int batch(StepChanges changes, long samples, FullStep full) {
    int whole = full.microBatches() * full.samplesPerMicroBatch();
    if (changes.ramp().isEmpty() || samples >= changes.ramp().get().samples()) {
      return whole;
    }
    BatchRamp ramp = changes.ramp().get();
    long increments = ((long) whole - ramp.start()) / ramp.increment();
    return ramp.start() + (int) (samples * increments / ramp.samples()) * ramp.increment();
  }

  static StepChanges changes(Random random, FullStep full) {
    List<StepRange> skipped = new ArrayList<>();
    for (long n = 1L + random.nextInt(9); n < 50 && random.nextInt(3) > 0; ) {
      long last = n + random.nextInt(4);
      skipped.add(new StepRange(n, last));
      n = last + 2 + random.nextInt(9);
    }
    return new StepChanges(ramp(random, full), curriculum(random), skipped);
  }

  private static Optional<BatchRamp> ramp(Random random, FullStep full) {
    if (full.microBatches() < 2 || random.nextInt(4) == 0) {
      return Optional.empty();
    }
    int whole = full.microBatches() * full.samplesPerMicroBatch();
    return Optional.of(
        new BatchRamp(
            full.samplesPerMicroBatch(),
            full.samplesPerMicroBatch(),
            1 + random.nextInt(9 * whole)));
  }

  private static Optional<Curriculum> curriculum(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Optional.empty();
      case 1 -> {
        long first = 1L + random.nextInt(10);
        yield Optional.of(
            new Curriculum.Discrete(
                List.of(8, 24, 64), List.of(first, first + 1 + random.nextInt(20))));
      }
      default ->
          Optional.of(
              new Curriculum.Root(
                  8 + random.nextInt(8),
                  40 + random.nextInt(24),
                  1 + random.nextInt(40),
                  1 + random.nextInt(8),
                  1 + random.nextInt(3)));
    };
  }
}
