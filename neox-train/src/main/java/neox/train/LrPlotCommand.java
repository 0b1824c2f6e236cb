package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ConfigOptions;
import neox.config.NeoxConfig;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.monitor.LossPlot;
import neox.parallel.Launch;
import neox.train.checkpoint.LearningRateSchedule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-train lr-plot`: the learning rate of each step, before a GPU is spent on it.
@Command(
    name = "lr-plot",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Prints the learning rate of each step of a run, and draws it as SVG.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train lr-plot pythia-14m.yml",
      "  neox-train lr-plot pythia-14m.yml --set lr_decay_style=wsd --set"
          + " lr_wsd_decay_fraction=0.2 -o wsd.svg",
    })
@HelpGroup("What to print")
final class LrPlotCommand implements ToolCommand {
  private static final int FEW_ROWS = 40;
  private static final int MOST_POINTS = 1000;

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--every",
      paramLabel = "N",
      description = "Print every N-th step, the first and the last (default: about 40 rows).")
  @Nullable Long every;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to draw (default: lr.svg).")
  Path output = Path.of("lr.svg");

  @Override
  public int call(Console console) throws IOException {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    if (every != null && every < 1) {
      throw UserException.of("--every: expected a number of at least 1, found %d", every);
    }
    RunPlan plan =
        RunPlan.read(config.source(), Launch.fromEnvironment().worldSize(), OrderLog.of(console));
    NeoxConfig read = plan.loaded().config();
    plan.opened().ifPresent(RunSamples::close);
    LearningRateSchedule schedule =
        LearningRateSchedule.of(read.schedule(), read.optimizer().learningRate());
    long steps = Math.max(1, read.batch().trainIters());
    print(schedule, steps, console);
    AtomicFile.write(output, svg(schedule, steps));
    console.info("drawn: %s", output);
    return ExitCode.OK;
  }

  private void print(LearningRateSchedule schedule, long steps, Console console) {
    long distance = every == null ? distance(steps, FEW_ROWS) : every;
    console.out().printf(Locale.ROOT, "%10s  %s%n", "step", "learning rate");
    forEach(
        steps,
        distance,
        step -> console.out().printf(Locale.ROOT, "%10d  %.6e%n", step, schedule.rate(step)));
  }

  private static String svg(LearningRateSchedule schedule, long steps) {
    List<LossPlot.Point> points = new ArrayList<>();
    forEach(
        steps,
        distance(steps, MOST_POINTS),
        step -> points.add(new LossPlot.Point(step, schedule.rate(step))));
    return LossPlot.svg(
        "learning rate per step",
        List.of(new LossPlot.Curve(schedule.style().label(), points)),
        List.of());
  }

  /// The smallest of 1, 2, 5, 10, 20, … that leaves about so many steps.
  private static long distance(long steps, int most) {
    long power = 1;
    while (true) {
      for (long round : new long[] {1, 2, 5}) {
        if (steps / (round * power) <= most) {
          return round * power;
        }
      }
      power *= 10;
    }
  }

  /// Shows the first step, all multiples of a distance, and the last step.
  private static void forEach(long steps, long distance, LongConsumer action) {
    action.accept(1);
    for (long step = distance; step < steps; step += distance) {
      if (step > 1) {
        action.accept(step);
      }
    }
    if (steps > 1) {
      action.accept(steps);
    }
  }
}
