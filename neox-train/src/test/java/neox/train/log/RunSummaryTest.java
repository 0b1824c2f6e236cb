package neox.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import neox.config.step.StepChanges;
import neox.config.step.StepSchedule;
import neox.train.loop.SampleRange;
import neox.train.loop.StepFigures;
import neox.train.loop.StepOutcome;
import neox.train.loop.StepResult;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
  private final RunSummary summary =
      new RunSummary(StepSchedule.of(new StepSchedule.FullStep(1, 2, 32), StepChanges.NONE));

  @Test
  void saysFromWhichLossToWhichTheRunHasCome() {
    take(11, 6.25);
    take(12, 5);
    take(1200, 2.3456);
    summary.evaluated("validation", 3);
    summary.evaluated("validation", 2.5);
    summary.evaluated("test", 2.75);
    assertThat(summary.lines())
        .singleElement()
        .asString()
        .matches(
            "1,190 steps in 0:00:0\\d \\([\\d,]+ tokens/s\\): loss 6.250 at step 11, 2.346 at step"
                + " 1,200, 2.500 on validation data, 2.750 on test data");
  }

  @Test
  void ofOneStepNamesOneLoss() {
    take(1, 6.25);
    assertThat(summary.lines())
        .singleElement()
        .asString()
        .startsWith("1 step in ")
        .endsWith(": loss 6.250 at step 1");
  }

  @Test
  void saysNothingWhenNoStepWasTaken() {
    assertThat(summary.lines()).isEmpty();
  }

  private void take(long step, double loss) {
    var result =
        new StepResult(step, new SampleRange(0, 1), loss, Map.of(), 1, StepFigures.NONE, 1);
    summary.after(new StepOutcome.Taken(result));
  }
}
