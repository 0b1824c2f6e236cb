package neox.train;

import java.io.IOException;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.UserException;

/// Takes step after step until the run is complete or asked to stop.
final class TrainingLoop {
  private final Parts parts;
  private final Plan plan;
  private final Console console;

  /// What the loop drives; after each step in this order: log, save, evaluate.
  record Parts(
      Trainer trainer,
      TrainLog trainLog,
      Checkpointer checkpointer,
      Evaluations evaluations,
      StopRequest stop) {}

  /// @param first the first step to take
  /// @param last the last step of the whole run
  /// @param exitInterval stop when the step is a multiple of it
  record Plan(long first, long last, Optional<Long> exitInterval) {}

  TrainingLoop(Parts parts, Plan plan, Console console) {
    this.parts = parts;
    this.plan = plan;
    this.console = console;
  }

  /// Runs to the end; returns the exit code.
  int run() throws IOException {
    if (plan.first() > plan.last()) {
      console.info("all %d steps are done already: nothing to do", plan.last());
      return ExitCode.OK;
    }
    if (plan.first() == 1) {
      parts.checkpointer().saveIfDue(0);
    }
    for (long step = plan.first(); step <= plan.last(); step++) {
      StepResult result = step(step);
      parts.trainLog().after(result);
      if (step < plan.last() && parts.stop().requested()) {
        return stopAfter(step); // before an evaluation, which may take longer than the caller waits
      }
      parts.checkpointer().after(result);
      parts.evaluations().after(result);
      if (step < plan.last() && isExitInterval(step)) {
        return stopAfter(step);
      }
    }
    parts.evaluations().validateAtEnd(plan.last());
    parts.checkpointer().save(plan.last());
    parts.evaluations().testAtEnd(plan.last());
    return ExitCode.OK;
  }

  private StepResult step(long step) throws IOException {
    try {
      return parts.trainer().step(step);
    } catch (NotANumberException e) {
      parts.trainLog().notANumber(e.result());
      throw UserException.of(
          "step %d: loss %s, grad norm %s: training has diverged and was stopped without saving;"
              + " %s. Lower the learning rate, lengthen the warm-up, or clip gradients",
          step, e.result().loss(), e.result().gradNorm(), parts.checkpointer().lastGood());
    }
  }

  private boolean isExitInterval(long step) {
    return plan.exitInterval().map(interval -> step % interval == 0).orElse(false);
  }

  private int stopAfter(long step) throws IOException {
    if (!parts.checkpointer().save(step)) {
      console.warn("stopped after step %d; nothing is saved, for save is not set", step);
      return ExitCode.FAILED;
    }
    console.info("stopped after step %d; run the same command again to continue", step);
    return ExitCode.STOPPED;
  }
}
