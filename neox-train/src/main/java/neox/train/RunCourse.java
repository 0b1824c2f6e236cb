package neox.train;

import java.util.Optional;
import neox.config.step.StepSchedule;
import neox.model.Network;
import neox.train.checkpoint.TrainProgress;
import neox.train.data.DataPosition;
import neox.train.data.StepDocuments;
import neox.train.loop.StepClock;
import neox.train.loop.TrainingLoop;

/// The course of a run: what is trained, how far that has come, and what its steps read and take.
///
/// @param network this rank's part of it
/// @param progress where the run stands right now
/// @param position where in the data it began, or goes on
/// @param last step of the whole run
/// @param clock of the steps that this process takes
record RunCourse(
    Network network, TrainProgress progress, DataPosition position, long last, StepClock clock) {

  /// Steps that are taken.
  long done() {
    return progress.state().iteration();
  }

  /// What each step is made of.
  StepSchedule steps() {
    return position.steps();
  }

  /// The steps that are left.
  ///
  /// @param exitInterval stop when the step is a multiple of it
  TrainingLoop.Plan plan(Optional<Long> exitInterval) {
    return new TrainingLoop.Plan(
        done() + 1,
        last,
        steps(),
        exitInterval,
        step -> StepDocuments.of(position, step).toString());
  }
}
