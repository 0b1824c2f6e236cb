package neox.train.loop;

import neox.model.stage.NetworkStage;
import neox.train.loop.StepClock.Part;

/// Work whose reading is timed.
public record TimedWork(NetworkStage.Work work, StepClock clock) implements NetworkStage.Work {
  @Override
  public NetworkStage.Item item(int microBatch) {
    return clock.during(Part.DATA, () -> work.item(microBatch));
  }

  @Override
  public void afterBackward() {
    work.afterBackward();
  }
}
