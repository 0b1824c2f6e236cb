package neox.train.data;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.config.BatchConfig;
import neox.config.DataConfig;
import neox.config.NeoxConfig;
import neox.config.Packing;
import neox.config.step.StepSchedule;
import neox.data.BatchSource;
import neox.data.SplitSamples;
import neox.train.checkpoint.DataOrder;
import neox.train.checkpoint.DataState;
import neox.train.checkpoint.TrainState;

/// Where training stands in its data. A run that goes on reads what comes after the samples that
/// were read before, whatever the size of its batches; only another order of samples has no such
/// place, and then the number of samples read decides, as in GPT-NeoX.
///
/// @param feed the training micro-batches, counted as `steps` counts them
/// @param steps of the run, from where it begins or goes on
public record DataPosition(BatchFeed feed, DataOrder order, StepSchedule steps) {

  /// How many samples the order of training was made for; empty where the configuration decides.
  ///
  /// A run that goes on keeps its order, or the next sample would be another one. But where only
  /// the number of steps was changed, GPT-NeoX makes the order for the new number, and so do we.
  ///
  /// @param before where the run stood
  public static OptionalLong orderMadeFor(Optional<DataState> before, BatchConfig batch) {
    if (before.isEmpty() || batch.trainEpochs().isPresent()) {
      return OptionalLong.empty();
    }
    DataOrder order = before.get().order();
    boolean otherStepsAlone =
        order.trainBatchSize() == batch.trainBatchSize()
            && order.trainIters() != batch.trainIters();
    return otherStepsAlone ? OptionalLong.empty() : OptionalLong.of(order.samples());
  }

  /// The position of a run that begins with `state`; says what has changed since that was saved.
  public static DataPosition of(
      TrainingData data, NeoxConfig config, TrainState state, Console console) {
    BatchFeed feed = data.train();
    DataOrder order = order(data.trainSplit(), config, state.data());
    boolean same = state.data().map(before -> before.order().isSameAs(order)).orElse(false);
    long sample =
        same ? state.data().orElseThrow().next() : feed.source().sampleAfter(state.samples());
    if (state.iteration() > 0) {
      report(state, order, sample, config, console);
      config.batch().trainEpochs().ifPresent(_ -> reportEpochs(feed, config, state, console));
    }
    return new DataPosition(
        feed.from(new BatchSource.Origin(0, sample)),
        order,
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
    List<DataOrder.Dataset> datasets =
        train.members().stream()
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
        packing(data),
        datasets);
  }

  private static String packing(DataConfig data) {
    String name = data.packing().name().toLowerCase(Locale.ROOT);
    boolean leavesOut = data.packing() != Packing.PACKED && !data.allowChopped();
    return leavesOut ? name + " without chopped documents" : name;
  }

  /// The position after a step, for the checkpoint of it.
  public DataState after(long step) {
    return new DataState(feed.source().next(steps.at(step + 1).firstMicroBatch()), order);
  }
}
