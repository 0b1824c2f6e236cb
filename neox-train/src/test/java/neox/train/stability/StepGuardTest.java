package neox.train.stability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import neox.config.LossScaleConfig;
import neox.config.StabilityConfig;
import neox.train.stability.StepGuard.Observation;
import neox.train.stability.StepGuard.Verdict;
import org.junit.jupiter.api.Test;

class StepGuardTest {
  private static final StabilityConfig OFF = new StabilityConfig(false, 50, 0, 128);
  private static final Observation FINE = new Observation(2, 1, Optional.empty());
  private static final Observation BROKEN =
      new Observation(2, Double.NaN, Optional.of("3.mlp.linear1.weight"));

  @Test
  void aStepThatIsNotFiniteEndsTheRunUnlessSkippingIsAskedFor() {
    StepGuard guard = new StepGuard(new LossScaling.None(), OFF);
    assertThat(guard.judge(FINE, Stability.FRESH)).isEqualTo(new Verdict.Take(Stability.FRESH));
    StopReason stop = stopped(guard.judge(BROKEN, Stability.FRESH));
    assertThat(stop.found()).isEqualTo("loss 2.0, grad norm NaN, first in 3.mlp.linear1.weight");
    assertThat(stop.consequence())
        .isEqualTo("training has diverged and was stopped without saving");
    Observation lossAlone = new Observation(Double.POSITIVE_INFINITY, 1, Optional.empty());
    assertThat(stopped(guard.judge(lossAlone, Stability.FRESH)).found())
        .isEqualTo("loss Infinity, grad norm 1.0");
  }

  @Test
  void stepsThatAreNotFiniteAreSkippedUntilThereAreTooManyInARow() {
    StepGuard guard = new StepGuard(new LossScaling.None(), new StabilityConfig(true, 3, 0, 128));
    Stability stability = Stability.FRESH;
    stability = skipped(guard.judge(BROKEN, stability)).after();
    Verdict.Skip second = skipped(guard.judge(BROKEN, stability));
    assertThat(second.reason().consequence()).isEqualTo("its gradients are thrown away");
    assertThat(second.after().skipped()).isEqualTo(2);
    assertThat(second.after().inARow()).isEqualTo(2);
    StopReason stop = stopped(guard.judge(BROKEN, second.after()));
    assertThat(stop.found()).isEqualTo("loss 2.0, grad norm NaN, first in 3.mlp.linear1.weight");
    assertThat(stop.consequence())
        .isEqualTo(
            "step number 3 in a row to be skipped (max_consecutive_skips); stopped without saving");
    Stability taken = taken(guard.judge(FINE, second.after()));
    assertThat(taken.skipped()).isEqualTo(2);
    assertThat(taken.inARow()).isZero();
    assertThat(guard.judge(BROKEN, taken)).isInstanceOf(Verdict.Skip.class);
  }

  @Test
  void overflowsOfFloat16AreSkippedWithASmallerScale() {
    LossScaling scaling = LossScaling.of(new LossScaleConfig.Dynamic(1024, 1000, 1, 2, false), 0);
    StepGuard guard = new StepGuard(scaling, OFF);
    Verdict.Skip skip = skipped(guard.judge(BROKEN, Stability.at(scaling.first())));
    assertThat(skip.reason().found())
        .isEqualTo("gradients overflow at loss scale 1024, first in 3.mlp.linear1.weight");
    assertThat(skip.reason().consequence()).isEqualTo("the next loss scale is 512");
    assertThat(skip.after().lossScale().scale()).isEqualTo(512);
    assertThat(taken(guard.judge(FINE, skip.after())).lossScale().step()).isEqualTo(2);
  }

  @Test
  void fiftyOverflowsInARowEndTheRun() {
    LossScaling scaling = new LossScaling.Constant(0.5);
    StepGuard guard = new StepGuard(scaling, OFF);
    Stability stability = Stability.at(scaling.first());
    for (int i = 0; i < 49; i++) {
      stability = skipped(guard.judge(BROKEN, stability)).after();
    }
    StopReason stop = stopped(guard.judge(BROKEN, stability));
    assertThat(stop.found())
        .isEqualTo("gradients overflow at loss scale 0.5, first in 3.mlp.linear1.weight");
    assertThat(stop.consequence()).startsWith("step number 50 in a row to be skipped");
  }

  @Test
  void withZeroAnOverflowAtTheSmallestScaleEndsTheRun() {
    LossScaling scaling = LossScaling.of(new LossScaleConfig.Dynamic(2, 1000, 1, 1, false), 1);
    StepGuard guard = new StepGuard(scaling, OFF);
    Stability stability = skipped(guard.judge(BROKEN, Stability.at(scaling.first()))).after();
    StopReason stop = stopped(guard.judge(BROKEN, stability));
    assertThat(stop.found()).startsWith("gradients overflow at loss scale 1, first in ");
    assertThat(stop.consequence())
        .isEqualTo("the scale cannot become smaller (fp16.min_loss_scale); stopped without saving");
    assertThat(stop.advice())
        .isEqualTo("Lower the learning rate, or train with precision: bfloat16");
  }

  /// Mean 2 and deviation 1 of both: (1, 2, 3).
  @Test
  void whatStandsOutFromTheStepsBeforeIsSkippedAndRemembered() {
    StepGuard guard = new StepGuard(new LossScaling.None(), new StabilityConfig(false, 50, 2, 8));
    Stability known = Stability.FRESH;
    for (double value : new double[] {1, 2, 3}) {
      known = taken(guard.judge(new Observation(value, value, Optional.empty()), known));
    }
    assertThat(guard.judge(new Observation(4, 4, Optional.empty()), known))
        .isInstanceOf(Verdict.Take.class);
    Verdict.Skip loss = skipped(guard.judge(new Observation(4.5, 1, Optional.empty()), known));
    assertThat(loss.reason().found())
        .isEqualTo(
            "loss 4.50000 is a spike: the steps before have a mean of 2.00000 and a standard"
                + " deviation of 1.00");
    assertThat(loss.after().losses().values()).containsExactly(1.0, 2.0, 3.0, 4.5);
    Verdict.Skip norm = skipped(guard.judge(new Observation(1, 100, Optional.empty()), known));
    assertThat(norm.reason().found()).startsWith("grad norm 100.000 is a spike: the steps before");
    assertThat(norm.after().norms().values()).containsExactly(1.0, 2.0, 3.0, 100.0);
  }

  @Test
  void nothingIsASpikeUntilHalfAWindowIsKnownAndTheWindowMovesOn() {
    StepGuard guard = new StepGuard(new LossScaling.None(), new StabilityConfig(false, 50, 1, 10));
    Stability stability = Stability.FRESH;
    for (double value : new double[] {1, 1, 1, 1000}) { // the fourth of five that are needed
      stability = taken(guard.judge(new Observation(value, 1, Optional.empty()), stability));
    }
    for (int i = 0; i < 12; i++) {
      Verdict verdict = guard.judge(new Observation(i % 2, 1, Optional.empty()), stability);
      stability =
          verdict instanceof Verdict.Skip(Stability after, SkipReason _) ? after : taken(verdict);
    }
    assertThat(stability.losses().values()).containsExactly(0., 1., 0., 1., 0., 1., 0., 1., 0., 1.);
  }

  @Test
  void aStepThatIsNotFiniteIsNotRemembered() {
    StepGuard guard = new StepGuard(new LossScaling.None(), new StabilityConfig(true, 50, 1, 10));
    Stability before = taken(guard.judge(FINE, Stability.FRESH));
    assertThat(skipped(guard.judge(BROKEN, before)).after().norms().values()).containsExactly(1.0);
  }

  private static Stability taken(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Take.class);
    return ((Verdict.Take) verdict).after();
  }

  private static Verdict.Skip skipped(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Skip.class);
    return (Verdict.Skip) verdict;
  }

  private static StopReason stopped(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Stop.class);
    return ((Verdict.Stop) verdict).reason();
  }
}
