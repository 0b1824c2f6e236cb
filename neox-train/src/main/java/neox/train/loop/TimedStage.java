package neox.train.loop;

import java.util.Optional;
import neox.parallel.pipeline.Stage;
import neox.train.loop.StepClock.Part;
import org.bytedeco.pytorch.Tensor;

/// A stage whose passes are timed.
public record TimedStage(Stage stage, StepClock clock) implements Stage {
  @Override
  public Tensor forward(int microBatch, Optional<Tensor> activation) {
    return clock.during(Part.FORWARD, () -> stage.forward(microBatch, activation));
  }

  @Override
  public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
    return clock.during(Part.BACKWARD, () -> stage.backward(microBatch, gradient));
  }
}
