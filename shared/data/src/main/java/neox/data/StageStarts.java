package neox.data;

import neox.config.DataStage.Start;
import neox.config.NeoxConfig;
import neox.config.step.StepSchedule;
import neox.data.ledger.RunPast;

/// With which sample of a run its stages begin: the first one of a step. What has begun already, in
/// a run that goes on, is placed by the configuration.
///
/// @param before the steps of the run as the configuration has them from the beginning
/// @param ahead the steps that are still to be taken
record StageStarts(StepSchedule before, StepSchedule ahead, RunPast past) {
  static StageStarts of(NeoxConfig config, RunPast past) {
    return new StageStarts(config.steps(), config.stepsAfter(past.steps(), past.samples()), past);
  }

  long sample(Start start) {
    return switch (start) {
      case Start.Step(long step) -> ofStep(Math.max(1, step));
      case Start.Sample(long samples) when samples <= past.samples() ->
          Math.min(past.samples(), firstFrom(before, 1, samples));
      case Start.Sample(long samples) -> firstFrom(ahead, past.steps() + 1, samples);
      case Start.Token(long tokens) when tokens <= past.tokens() ->
          Math.min(past.samples(), afterTokens(before, tokens));
      case Start.Token(long tokens) -> afterTokens(ahead, tokens - past.tokens());
    };
  }

  private long ofStep(long step) {
    return step <= past.steps()
        ? Math.min(past.samples(), before.at(step).firstSample())
        : ahead.at(step).firstSample();
  }

  private static long afterTokens(StepSchedule steps, long tokens) {
    return steps.at(steps.lastStepForTokens(tokens) + 1).firstSample();
  }

  /// The first sample of the first step, from `first` on, that has at least `samples` before it.
  private static long firstFrom(StepSchedule steps, long first, long samples) {
    long low = first;
    long high = first;
    for (long stride = 1; steps.at(high).firstSample() < samples; stride *= 2) {
      low = high;
      high += stride;
    }
    while (low < high) {
      long middle = low + (high - low) / 2;
      if (steps.at(middle).firstSample() < samples) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return steps.at(high).firstSample();
  }
}
