package neox.train.loop;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StoppedException;
import neox.base.UserException;
import neox.config.step.StepRange;
import neox.config.step.StepSchedule;
import neox.tensor.NativeRuntime;
import neox.train.checkpoint.Saver;
import neox.train.stability.SkipReason;
import neox.train.stability.StopReason;

/// Takes step after step until the run is complete or asked to stop.
public final class TrainingLoop {
  private final Trainer trainer;
  private final Hooks hooks;
  private final Saver saver;
  private final Agreement stop;
  private final Plan plan;
  private final Console console;
  private long done;

  /// What happens beside the steps; each list in its order.
  ///
  /// @param everyStep after every step, changed it weights or not
  /// @param unlessStopping the same, and after steps that are passed over, but left out when the
  ///   run is asked to stop: an evaluation may take longer than the caller waits. As those at start
  ///   and end, they may give up with [StoppedException], on all ranks together
  /// @param started before the first step of a run, as after step 0
  /// @param resumed at the start of a run that continues, after the step that it continues from
  /// @param stopped after the step that ends the run because it cannot go on
  /// @param atEnd after the last step of the whole run
  public record Hooks(
      List<RunHook> everyStep,
      List<Once> unlessStopping,
      List<Once> started,
      List<Once> resumed,
      List<RunHook> stopped,
      List<Once> atEnd) {}

  /// Something that is done after a step, whatever came of it.
  @FunctionalInterface
  public interface Once {
    void after(long step) throws IOException;
  }

  /// Which steps to take.
  ///
  /// @param first the first step to take
  /// @param last the last step of the whole run
  /// @param steps what each is made of, and which are passed over
  /// @param exitInterval stop when the step is a multiple of it
  /// @param reads what a step reads, for a message
  public record Plan(
      long first,
      long last,
      StepSchedule steps,
      Optional<Long> exitInterval,
      LongFunction<String> reads) {}

  /// A loop that is ready to [#run].
  ///
  /// @param stop asked before the first step, after every step and after its hooks
  public TrainingLoop(
      Trainer trainer, Hooks hooks, Saver saver, Agreement stop, Plan plan, Console console) {
    this.trainer = trainer;
    this.hooks = hooks;
    this.saver = saver;
    this.stop = stop;
    this.plan = plan;
    this.console = console;
    this.done = plan.first() - 1;
  }

  /// Runs to the end; returns the exit code.
  public int run() throws IOException {
    try {
      return untilTheEnd();
    } catch (StoppedException e) { // in the middle of what can be made up for
      return stopAfter(done);
    }
  }

  private int untilTheEnd() throws IOException {
    if (done > 0) {
      once(hooks.resumed(), done);
    }
    if (plan.first() > plan.last()) {
      console.info("all %d steps are done already: nothing to do", plan.last());
      return ExitCode.OK;
    }
    if (done == 0) {
      saver.saveIfDue(done);
      once(hooks.started(), done);
    }
    if (stop.ask()) {
      return stopAfter(done);
    }
    for (long step = plan.first(); step <= plan.last(); step++) {
      if (plan.steps().skips(step)) {
        passOver(step);
        done = step;
      } else {
        StepOutcome outcome = step(step);
        done = step;
        call(hooks.everyStep(), outcome);
      }
      if (mustStopAfter(step)) {
        return stopAfter(step);
      }
      saver.saveIfDue(step);
      once(hooks.unlessStopping(), step);
      if (mustStopAfter(step) || (step < plan.last() && isExitInterval(step))) {
        return stopAfter(step);
      }
    }
    once(hooks.atEnd(), plan.last());
    return ExitCode.OK;
  }

  /// Says so once for steps that follow each other.
  private void passOver(long step) {
    if (step == plan.first() || !plan.steps().skips(step - 1)) {
      long last = step;
      while (last < plan.last() && plan.steps().skips(last + 1)) {
        last++;
      }
      console.info(
          "skip_steps: passing over %s, whose %d samples are never read",
          new StepRange(step, last),
          plan.steps().at(last + 1).firstSample() - plan.steps().at(step).firstSample());
    }
    trainer.passOver(step);
  }

  private boolean mustStopAfter(long step) {
    return step < plan.last() && stop.ask();
  }

  private StepOutcome step(long step) throws IOException {
    StepOutcome outcome = NativeRuntime.run("step " + step, () -> trainer.step(step));
    switch (outcome) {
      case StepOutcome.Taken _ -> {
        // As it should be.
      }
      case StepOutcome.Skipped(StepResult result, SkipReason reason) -> {
        console.warn(
            "step %d: %s (%s): skipped; %s",
            step, reason.found(), result.samples(), reason.consequence());
        if (reason.mayLieInTheData()) {
          console.warn("step %d: it read %s", step, plan.reads().apply(step));
        }
      }
      case StepOutcome.Stopped(StepResult result, StopReason reason) -> {
        call(hooks.stopped(), outcome);
        console.warn("step %d: it read %s", step, plan.reads().apply(step));
        throw UserException.of(
            "step %d: %s (%s): %s; %s. %s",
            step,
            reason.found(),
            result.samples(),
            reason.consequence(),
            saver.lastGood(),
            reason.advice());
      }
    }
    return outcome;
  }

  private static void call(List<RunHook> hooks, StepOutcome outcome) throws IOException {
    for (RunHook hook : hooks) {
      hook.after(outcome);
    }
  }

  private static void once(List<Once> hooks, long step) throws IOException {
    for (Once hook : hooks) {
      hook.after(step);
    }
  }

  private boolean isExitInterval(long step) {
    return plan.exitInterval().map(interval -> step % interval == 0).orElse(false);
  }

  private int stopAfter(long step) throws IOException {
    if (step < plan.first()) {
      console.info("stopped before it took a step; run the same command again to continue");
      return ExitCode.STOPPED;
    }
    saver.save(step);
    if (!saver.isSaved(step)) {
      console.warn("stopped after step %d; nothing is saved, for save is not set", step);
      return ExitCode.FAILED;
    }
    console.info("stopped after step %d; run the same command again to continue", step);
    return ExitCode.STOPPED;
  }
}
