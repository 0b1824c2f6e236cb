package neox.train.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.config.BatchConfig;
import neox.config.DataConfig;
import neox.config.NeoxConfig;
import neox.config.step.StepSchedule;
import neox.data.BatchSource;
import neox.data.SplitSamples;
import neox.data.ledger.Ledger;
import neox.data.ledger.RunPast;
import neox.train.checkpoint.DataOrder;
import neox.train.checkpoint.DataState;
import neox.train.checkpoint.TrainState;

/// Where training stands in its data. A run that goes on reads what comes after the samples that
/// were read before, whatever the size of its batches; only another order of samples has no such
/// place, and then the number of samples read decides, as in GPT-NeoX.
///
/// @param feed the training micro-batches, counted as `steps` counts them
/// @param ledger of the mixtures, where they change in the course of the run
/// @param steps of the run, from where it begins or goes on
public record DataPosition(
    BatchFeed feed, DataOrder order, Optional<Ledger> ledger, StepSchedule steps) {

  /// How many samples the order of training was made for; empty where the configuration decides.
  ///
  /// A run that goes on keeps its order, or the next sample would be another one. But where only
  /// the number of steps was changed, GPT-NeoX makes the order for the new number, and so do we,
  /// unless it only follows from `train_tokens`.
  ///
  /// @param before where the run stood
  public static OptionalLong orderMadeFor(Optional<DataState> before, BatchConfig batch) {
    if (before.isEmpty() || batch.trainEpochs().isPresent()) {
      return OptionalLong.empty();
    }
    DataOrder order = before.get().order();
    boolean otherStepsAlone =
        batch.trainTokens().isEmpty()
            && order.trainBatchSize() == batch.trainBatchSize()
            && order.trainIters() != batch.trainIters();
    return otherStepsAlone ? OptionalLong.empty() : OptionalLong.of(order.samples());
  }

  /// What is known of the past of a run's data. Its mixture can go on as another one only where
  /// that leaves the orders of its datasets as they are.
  ///
  /// @param before where the run stood
  public static RunPast past(Optional<TrainState> before, NeoxConfig config) {
    if (before.isEmpty()) {
      return RunPast.NONE;
    }
    TrainState state = before.get();
    RunPast past = RunPast.of(state.iteration(), state.samples(), state.tokens());
    Optional<DataState> data = state.data().filter(d -> d.next() == state.samples());
    if (data.isEmpty() || !data.get().order().cutsAs(config)) {
      return past;
    }
    Optional<Ledger> ledger = data.get().ledger();
    return ledger
        .map(past::withLedger)
        .orElseGet(() -> past.withMixture(data.get().order().ledger()));
  }

  /// The position of a run that begins with `state`; says what has changed since that was saved.
  public static DataPosition of(
      TrainingData data, NeoxConfig config, TrainState state, Console console) {
    BatchFeed feed = data.train();
    DataOrder order = order(data.trainSplit(), config, state.data());
    Optional<Ledger> ledger = data.trainSplit().ledger();
    boolean same = state.data().map(before -> before.order().isSameAs(order)).orElse(false);
    long sample =
        ledger.isPresent()
            ? state.samples()
            : same ? state.data().orElseThrow().next() : feed.source().sampleAfter(state.samples());
    if (state.iteration() > 0 && ledger.isPresent()) {
      DataChanges.ofCuts(state.data().map(DataState::order), order, sample)
          .forEach(line -> console.warn("%s", line));
      MixtureNotice.of(ledger.get(), state, feed.source().samples())
          .forEach(line -> console.info("%s", line));
    } else if (state.iteration() > 0) {
      report(state, order, sample, config, console);
      config.batch().trainEpochs().ifPresent(_ -> reportEpochs(feed, config, state, console));
    }
    return new DataPosition(
        feed.from(new BatchSource.Origin(0, sample)),
        order,
        ledger,
        config.stepsAfter(state.iteration(), state.samples()));
  }

  private static void report(
      TrainState state, DataOrder now, long sample, NeoxConfig config, Console console) {
    if (state.data().isPresent()) {
      DataChanges changes = new DataChanges(state.data().get().order(), now, sample);
      changes.warnings().forEach(line -> console.warn("%s", line));
      changes.notices().forEach(line -> console.info("%s", line));
    } else if (config.steps().at(state.iteration() + 1).firstSample() != state.samples()) {
      console.info(
          "train_batch_size is %d, but the %d steps of the checkpoint have read %d samples: training"
              + " goes on with sample %d",
          now.trainBatchSize(), state.iteration(), state.samples(), sample);
    }
  }

  /// `train_epochs` are counted in steps of this run's size.
  private static void reportEpochs(
      BatchFeed feed, NeoxConfig config, TrainState state, Console console) {
    BatchConfig batch = config.batch();
    long perEpoch = feed.source().microBatches() * batch.samplesPerMicroBatch();
    long epochs = Math.multiplyExact(perEpoch, batch.trainEpochs().orElseThrow());
    long last = Math.max(batch.trainIters(), state.iteration());
    long read = config.stepsAfter(state.iteration(), state.samples()).at(last + 1).firstSample();
    if (Math.abs(epochs - read) >= batch.trainBatchSize()) {
      console.warn(
          "train_epochs: %d epochs are %d samples, but after the last step, %d, this run will have"
              + " read %d: the steps before the checkpoint had another size",
          batch.trainEpochs().get(), epochs, batch.trainIters(), read);
    }
  }

  private static DataOrder order(
      SplitSamples train, NeoxConfig config, Optional<DataState> before) {
    DataConfig data = config.data();
    BatchConfig batch = config.batch();
    long drawn = config.steps().at(batch.trainIters() + 1).firstSample();
    List<SplitSamples.Member> members =
        train.ledger().isPresent() ? List.of() : train.members(); // the ledger has them all
    List<DataOrder.Dataset> datasets =
        members.stream()
            .map(member ->
                new DataOrder.Dataset(
                    member.prefix().toString(),
                    member.documents(),
                    member.tokens(),
                    member.samples(),
                    member.weight(),
                    member.checksum()))
            .toList();
    return new DataOrder(
        orderMadeFor(before, batch).orElse(drawn),
        batch.trainIters(),
        batch.trainBatchSize(),
        data.seed(),
        config.model().seqLength(),
        data.dataPath().isPresent() ? data.split() : "",
        DataOrder.packing(data),
        datasets);
  }

  /// Tokens of the training data, each once; empty where the mixture changes in the course of the
  /// run.
  public OptionalLong tokensPerEpoch() {
    long tokens = order.datasets().stream().mapToLong(DataOrder.Dataset::tokens).sum();
    return ledger.isPresent() || tokens == 0 ? OptionalLong.empty() : OptionalLong.of(tokens);
  }

  /// The position after a step, for the checkpoint of it.
  public DataState after(long step) {
    long next = feed.source().next(steps.at(step + 1).firstMicroBatch());
    List<Long> read = Arrays.stream(feed.source().samples().taken(next)).boxed().toList();
    return new DataState(next, order, read, ledger);
  }
}
