package neox.train.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;
import neox.base.Console;
import neox.base.Tool;
import neox.config.MonitorConfig.ProfiledSteps;
import neox.tensor.NativeRuntime;
import neox.tensor.OperatorListener;
import neox.tensor.Placement;
import neox.train.loop.RunHook;
import neox.train.loop.StepClock;
import neox.train.loop.StepOutcome;
import org.jspecify.annotations.Nullable;

/// Records some steps of a run, and tells where their time went: a table on standard error, and a
/// trace in a file. Without operators a step costs nothing more; with them about a microsecond for
/// each.
public final class Profiling implements RunHook, AutoCloseable {
  private static final double GIGA = 1e9;
  private static final String FILE = "profile.trace.json";

  private final Optional<ProfiledSteps> steps;
  private final StepClock clock;
  private final Workload workload;
  private final Optional<Path> directory;
  private final Console console;
  private final Recorder recorder = new Recorder();
  private double flops;
  private long taken;
  private @Nullable OperatorListener listening;

  private Profiling(
      Optional<ProfiledSteps> steps,
      StepClock clock,
      Workload workload,
      Optional<Path> directory,
      Console console) {
    this.steps = steps;
    this.clock = clock;
    this.workload = workload;
    this.directory = directory;
    this.console = console;
  }

  /// What this rank computes in a step, and where.
  ///
  /// @param flops operations that its part of the network needs in a step, strictly counted
  public record Workload(LongToDoubleFunction flops, Placement placement) {}

  /// Waits for the first step to be recorded.
  ///
  /// @param steps counted from the first that this process takes; none is recorded where this is
  ///   empty
  /// @param clock of all steps
  /// @param directory for the trace
  public static Profiling of(
      Optional<ProfiledSteps> steps,
      StepClock clock,
      Workload workload,
      Optional<Path> directory,
      Console console) {
    Profiling profiling = new Profiling(steps, clock, workload, directory, console);
    profiling.beginIfDue();
    return profiling;
  }

  private void beginIfDue() {
    if (steps.isPresent() && taken + 1 == steps.get().first()) {
      clock.tell(recorder);
      listening = OperatorListener.to(recorder);
    }
  }

  @Override
  public void after(StepOutcome outcome) {
    if (listening != null) {
      flops += workload.flops().applyAsDouble(outcome.result().step());
    }
    taken++;
    beginIfDue();
    if (steps.isPresent() && taken == steps.get().last()) {
      end();
    }
  }

  private void end() {
    if (listening == null) {
      return;
    }
    listening.close();
    listening = null;
    clock.tell(StepClock.Listener.NONE);
    tell();
  }

  private void tell() {
    List<Track> tracks = recorder.tracks();
    console.info("profile of %d steps; figures are those of one step:", recorder.steps());
    Profile profile = Profile.of(tracks, recorder.steps());
    new ProfileTable(profile).lines().forEach(line -> console.info("%s", line));
    double speed = flops / (profile.step().nanos() / 1e9);
    double roof = ProductPeak.measure(workload.placement());
    console.info(
        "%.1f GFLOP a step, strictly counted: %.1f GFLOP/s, %.1f%% of the %.1f GFLOP/s that large"
            + " products reach here (%s, %d threads)",
        flops / recorder.steps() / GIGA,
        speed / GIGA,
        100 * speed / roof,
        roof / GIGA,
        workload.placement().type(),
        NativeRuntime.threads());
    directory.ifPresent(where -> write(where.resolve(FILE), tracks));
  }

  private void write(Path file, List<Track> tracks) {
    try {
      ChromeTrace.write(file, tracks);
      console.info("trace: %s (for chrome://tracing or ui.perfetto.dev)", file);
    } catch (IOException e) {
      console.warn("the trace is not written: %s", Tool.describe(e));
    }
  }

  /// Tells what there is of a run that has ended too early.
  @Override
  public void close() {
    if (recorder.steps() > 0) {
      end();
    } else if (steps.isPresent()) {
      console.warn(
          "nothing is profiled: the run took %d steps, profile_step_start is %d",
          taken, steps.get().first());
    }
  }
}
