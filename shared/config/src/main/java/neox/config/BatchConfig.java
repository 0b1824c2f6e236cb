package neox.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.config.step.StepChanges;
import neox.config.step.StepSchedule;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// How many samples one optimizer step sees.
///
/// @param trainBatchSize samples per step over all ranks: micro · accumulation · data-parallel size
/// @param microBatchSize samples per forward pass and rank (`train_micro_batch_size_per_gpu`)
/// @param gradientAccumulationSteps forward passes per step (`gradient_accumulation_steps`)
/// @param length how long the run is (`train_iters`, `train_epochs` or `train_tokens`)
/// @param changes what makes the steps of a run differ from each other
public record BatchConfig(
    int trainBatchSize,
    int microBatchSize,
    int gradientAccumulationSteps,
    RunLength length,
    StepChanges changes) {

  /// How long a run is: steps, or what decides them.
  ///
  /// @param steps optimizer steps of the whole run; 0 as long as only the epochs are known
  /// @param epochs how often the run sees the training data, instead of steps
  /// @param tokens after which the run ends, instead of steps
  public record RunLength(long steps, Optional<Integer> epochs, Optional<Long> tokens) {
    private static final List<String> KEYS = List.of("train_iters", "train_epochs", "train_tokens");

    /// So many steps.
    public static RunLength ofSteps(long steps) {
      return new RunLength(steps, Optional.empty(), Optional.empty());
    }

    /// @param known how many steps the run takes, if something else decides that
    private static RunLength from(ConfigTable t, OptionalLong known) {
      for (String key : KEYS) {
        t.displace(List.of(key), KEYS.stream().filter(other -> !other.equals(key)).toList());
      }
      Optional<Long> steps =
          t.optional(
              "train_iters",
              ConfigType.count(Range.atLeast(0)),
              "optimizer steps of the whole run; required, unless train_epochs or train_tokens is"
                  + " given");
      Optional<Integer> epochs =
          t.optional(
              "train_epochs",
              ConfigType.integer(Range.atLeast(1)),
              "how often the run sees the training data, instead of train_iters");
      Optional<Long> tokens =
          t.optional(
              "train_tokens",
              ConfigType.count(Range.atLeast(1)),
              "the run ends with the step that completes so many tokens, instead of train_iters");
      t.check(
          steps.isPresent() || epochs.isPresent() || tokens.isPresent(),
          KEYS,
          "required but missing: optimizer steps of the whole run (or give train_epochs or"
              + " train_tokens)");
      checkOne(t, "train_epochs", "train_iters", steps.isPresent() && epochs.isPresent());
      checkOne(t, "train_tokens", "train_iters", steps.isPresent() && tokens.isPresent());
      checkOne(t, "train_tokens", "train_epochs", epochs.isPresent() && tokens.isPresent());
      return new RunLength(steps.orElse(known.orElse(0)), epochs, tokens);
    }

    private static void checkOne(ConfigTable t, String a, String b, boolean both) {
      t.check(!both, List.of(a, b), "give either %s or %s, not both", a, b);
    }

    /// With the steps that the tokens come to, unless that is known better.
    private RunLength filledIn(StepSchedule steps) {
      return tokens.isPresent() && this.steps == 0
          ? new RunLength(steps.lastStepForTokens(tokens.get()), epochs, tokens)
          : this;
    }
  }

  /// Fills in what is left out of samples per step = micro-batch · accumulation · ranks.
  ///
  /// NeoX compat: accumulation is 1 unless given, so it is derived only when written as null.
  ///
  /// @param knownSteps how many steps the run takes, where that is known though no file says it
  /// @param seqLength of the longest sequences
  static BatchConfig from(
      ConfigTable t, int dataParallelSize, OptionalLong knownSteps, int seqLength) {
    t.section("Batch");
    ConfigType<Integer> size = ConfigType.integer(Range.atLeast(1));
    Optional<Integer> total =
        t.optional(TOTAL, size, "samples per optimizer step over all ranks; derived");
    Optional<Integer> micro = t.optional(MICRO, size, "samples per forward pass and rank; derived");
    Optional<Integer> steps =
        t.optional(STEPS, size, "forward passes per optimizer step; 1, derived when null");
    RunLength length = RunLength.from(t, knownSteps);
    t.check(
        total.isPresent() || micro.isPresent(),
        List.of(MICRO, TOTAL),
        "required but missing: samples per forward pass and rank (or give train_batch_size)");
    BatchConfig batch = fill(t, total, micro, steps, dataParallelSize);
    StepSchedule.FullStep full = batch.fullStep(seqLength);
    StepChanges changes = StepChanges.from(t, full);
    batch = batch.with(length.filledIn(StepSchedule.of(full, changes)), changes);
    t.derived(TOTAL, batch.trainBatchSize);
    t.derived(MICRO, batch.microBatchSize);
    t.derived(STEPS, batch.gradientAccumulationSteps);
    return batch;
  }

  /// Optimizer steps of the whole run; 0 as long as only `train_epochs` is known.
  public long trainIters() {
    return length.steps();
  }

  /// Whether [#trainIters] is known: the data have yet to say how many steps `train_epochs` are.
  boolean isLengthKnown() {
    return trainIters() > 0 || trainEpochs().isEmpty();
  }

  /// How often the run sees the training data, when that decides its length.
  public Optional<Integer> trainEpochs() {
    return length.epochs();
  }

  /// After how many tokens the run ends, when that decides its length.
  public Optional<Long> trainTokens() {
    return length.tokens();
  }

  /// Samples that all ranks read together at a time.
  public int samplesPerMicroBatch() {
    return trainBatchSize / gradientAccumulationSteps;
  }

  StepSchedule.FullStep fullStep(int seqLength) {
    return new StepSchedule.FullStep(
        gradientAccumulationSteps, Math.max(1, samplesPerMicroBatch()), seqLength);
  }

  private BatchConfig with(RunLength run, StepChanges each) {
    return new BatchConfig(trainBatchSize, microBatchSize, gradientAccumulationSteps, run, each);
  }

  private static BatchConfig fill(
      ConfigTable t,
      Optional<Integer> total,
      Optional<Integer> micro,
      Optional<Integer> steps,
      int ranks) {
    boolean derive = t.isNull(STEPS) && total.isPresent() && micro.isPresent();
    int m;
    int g;
    if (derive) {
      m = micro.get();
      g = Math.max(1, total.get() / m / ranks);
    } else {
      g = steps.orElse(1);
      m = micro.orElse(Math.max(1, total.orElse(1) / ranks / g));
    }
    long perStep = (long) m * ranks;
    long product = perStep > Long.MAX_VALUE / g ? Long.MAX_VALUE : perStep * g;
    int sum = total.orElse((int) Math.min(product, Integer.MAX_VALUE));
    t.check(
        sum == product,
        List.of(TOTAL, MICRO, STEPS),
        "%d is not train_micro_batch_size_per_gpu (%d) x gradient_accumulation_steps (%d%s) x "
            + "data-parallel ranks (%d) = %d; leave train_batch_size out%s",
        sum,
        m,
        g,
        steps.isPresent() || derive ? "" : ", the default",
        ranks,
        product,
        sum % perStep == 0 ? " or set gradient_accumulation_steps: " + sum / perStep : "");
    return new BatchConfig(sum, m, g, RunLength.ofSteps(0), StepChanges.NONE);
  }

  private static final String TOTAL = "train_batch_size";
  private static final String MICRO = "train_micro_batch_size_per_gpu";
  private static final String STEPS = "gradient_accumulation_steps";
}
