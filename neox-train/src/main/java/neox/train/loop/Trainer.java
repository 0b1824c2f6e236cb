package neox.train.loop;

import java.util.Optional;
import neox.config.GradientReduction;
import neox.config.MonitorConfig.EachParameter;
import neox.config.NeoxConfig;
import neox.config.step.StepSchedule;
import neox.config.step.StepShape;
import neox.parallel.pipeline.StageRunner;
import neox.tensor.Scope;
import neox.train.checkpoint.TrainProgress;
import neox.train.checkpoint.TrainState;
import neox.train.loop.StepClock.Part;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.GradientNorms;
import neox.train.optimizer.GradientSums;
import neox.train.optimizer.Optimizer;
import neox.train.stability.SkipReason;
import neox.train.stability.Stability;
import neox.train.stability.StepGuard;
import neox.train.stability.StepGuard.Verdict;
import neox.train.stability.StopReason;

/// One optimizer step, on one screen. Every rank of a run has one, and all take each step together.
public final class Trainer {
  private final Parts parts;
  private final StageRunner runner;
  private final Settings settings;

  /// What a step is made of.
  ///
  /// @param work of this rank's stage
  /// @param gradientSums where the gradient noise scale is measured
  /// @param guard which decides whether a step may change the weights
  /// @param progress the state that a step advances
  /// @param clock which times each step
  public record Parts(
      Pipeline pipeline,
      TrainingWork work,
      GradientBuckets gradients,
      Optimizer optimizer,
      Optional<GradientSums> gradientSums,
      StepGuard guard,
      TrainProgress progress,
      StepClock clock) {}

  /// The numbers of a step.
  ///
  /// @param steps what each step is made of
  /// @param reduction of the gradients of micro-batches
  /// @param scalesSums whether the loss scale is a factor of each micro-batch's loss, rather than
  ///   of the step's, their mean
  /// @param gradientClipping largest global norm, 0 for none
  /// @param each what is told of each parameter
  public record Settings(
      StepSchedule steps,
      GradientReduction reduction,
      boolean scalesSums,
      double gradientClipping,
      EachParameter each) {
    /// As configured.
    public static Settings of(NeoxConfig config, StepSchedule steps) {
      return new Settings(
          steps,
          config.optimizer().reduction(),
          scalesSums(config),
          config.optimizer().gradientClipping(),
          config.monitor().each());
    }

    /// NeoX compat: with `pipe_parallel_size` 1 and more, its loss scale is a factor of each
    /// micro-batch's loss, so that it comes to rest lower. It depends on how many each replica has.
    private static boolean scalesSums(NeoxConfig config) {
      return config.mixedPrecision().scalesLoss()
          && config.parallel().pipeParallelSize() > 0
          && !config.deterministic().onEveryLayout();
    }
  }

  /// A trainer of this rank.
  ///
  /// @param runner of this rank's stage, whose work is that of `parts`
  public Trainer(Parts parts, StageRunner runner, Settings settings) {
    this.parts = parts;
    this.runner = runner;
    this.settings = settings;
  }

  /// Takes optimizer step `n`, the next after the state's (the first is 1). All ranks decide alike
  /// whether it changes the weights: they judge by the same numbers.
  public StepOutcome step(long n) {
    return parts.clock().step(n, () -> take(n));
  }

  private StepOutcome take(long n) {
    long startedAtNanos = System.nanoTime();
    StepShape shape = settings.steps().at(n);
    try (var _ = Scope.open()) {
      double factor = lossFactor(shape);
      parts.gradients().clear(shape.microBatches());
      parts
          .work()
          .begin(
              new TrainingWork.Span(
                  shape.firstMicroBatch(), shape.microBatches(), shape.seqLength()),
              factor);
      parts.work().readAhead(shape.microBatches());
      StepClock clock = parts.clock();
      clock.during(
          Part.PIPELINE,
          () -> runner.run(parts.pipeline().oneForwardOneBackward(shape.microBatches())));
      clock.during(Part.REDUCTION, parts.gradients()::reduce);
      double scale = factor / settings.reduction().factor(shape.microBatches());
      GradientNorms norms = clock.during(Part.OPTIMIZER, () -> norms(scale));
      var figures = new StepFigures.Collector(settings.each(), parts.optimizer().figures(), n);
      figures.beforeUpdate(norms);
      StepOutcome outcome =
          clock.during(Part.OPTIMIZER, () -> settle(result(n, norms, startedAtNanos), norms));
      return outcome.with(figures.afterUpdate(), System.nanoTime() - startedAtNanos);
    }
  }

  private GradientNorms norms(double scale) {
    parts.gradients().unscale(scale);
    return parts.gradients().norms();
  }

  /// Leaves out optimizer step `n`: its samples are never read.
  void passOver(long n) {
    parts.progress().passOver(settings.steps().at(n).samples());
  }

  /// What the loss is multiplied by until the gradients are complete.
  private double lossFactor(StepShape shape) {
    double scale = parts.progress().state().stability().lossScale().scale();
    return settings.scalesSums() ? scale * shape.microBatches() : scale;
  }

  private StepResult result(long n, GradientNorms norms, long startedAtNanos) {
    return new StepResult(
        n,
        new SampleRange(parts.progress().state().samples(), settings.steps().at(n).samples()),
        parts.pipeline().mean(parts.work().losses()),
        parts.pipeline().means(parts.work().metrics()),
        norms.global(),
        StepFigures.NONE,
        System.nanoTime() - startedAtNanos);
  }

  /// Changes the weights, or not.
  private StepOutcome settle(StepResult result, GradientNorms norms) {
    StepShape shape = settings.steps().at(result.step());
    TrainState before = parts.progress().state();
    var seen = new StepGuard.Observation(result.loss(), norms.global(), norms.firstNotFinite());
    return switch (parts.guard().judge(seen, before.stability())) {
      case Verdict.Take(Stability after) -> {
        parts
            .gradientSums()
            .flatMap(sums -> sums.add(norms.global(), shape.samples()))
            .ifPresent(parts.progress()::estimate);
        parts.gradients().clip(norms.global(), settings.gradientClipping());
        parts.optimizer().step(before.schedule().rate(before.updates() + 1));
        parts.progress().advance(shape.samples(), shape.tokens(), result.loss());
        parts.progress().remember(after);
        yield new StepOutcome.Taken(result);
      }
      case Verdict.Skip(Stability after, SkipReason reason) -> {
        parts.progress().skip(shape.samples(), shape.tokens(), result.loss());
        parts.progress().remember(after);
        yield new StepOutcome.Skipped(result, reason);
      }
      case Verdict.Stop(StopReason reason) -> new StepOutcome.Stopped(result, reason);
    };
  }
}
