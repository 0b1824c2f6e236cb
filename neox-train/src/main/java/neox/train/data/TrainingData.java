package neox.train.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.config.ObjectiveConfig;
import neox.data.BatchSource;
import neox.data.RunSamples;
import neox.data.SplitSamples;
import neox.data.TokenSamples;
import neox.parallel.comm.Communicator;
import neox.tensor.Placement;

/// The three splits of a run, as micro-batches of one data-parallel rank. Owns the mapped files.
public final class TrainingData implements AutoCloseable {
  private final RunSamples samples;
  private final int microBatch;
  private final OptionalInt masked;
  private final Optional<Documents> documents;
  private final String name;
  private final boolean oneLabel;
  private final int vocabulary;
  private final Communicator replicas;
  private final Placement placement;

  private TrainingData(RunSamples samples, NeoxConfig config, Use use) {
    this.samples = samples;
    this.microBatch = config.batch().microBatchSize();
    this.masked = config.data().eodMaskLoss() ? use.eod() : OptionalInt.empty();
    this.documents =
        Optional.of(new Documents(config.data().documentMask(), use.eod()))
            .filter(each -> each.mask().isOn());
    this.name = config.data().dataPath().map(Path::toString).orElse("data paths");
    this.oneLabel = config.objective() instanceof ObjectiveConfig.RewardModeling;
    this.vocabulary = use.vocabulary();
    this.replicas = use.replicas();
    this.placement = use.placement();
  }

  /// What the samples are for.
  ///
  /// @param eod the tokenizer's end-of-document token, which `eod_mask_loss` needs
  /// @param vocabulary rows of the embedding
  /// @param replicas the ranks that share every batch
  /// @param placement of the network
  public record Use(OptionalInt eod, int vocabulary, Communicator replicas, Placement placement) {}

  /// The data of a run for one data-parallel rank.
  ///
  /// @param samples of the run, which the result owns
  public static TrainingData of(RunSamples samples, NeoxConfig config, Use use, Console console) {
    if (config.data().eodMaskLoss() && use.eod().isEmpty()) {
      throw UserException.of(
          "eod_mask_loss: the %s has no end-of-document token; use another tokenizer or set"
              + " eod_mask_loss to false",
          config.tokenizer().type());
    }
    describe(samples, console);
    return new TrainingData(samples, config, use);
  }

  private static void describe(RunSamples samples, Console console) {
    Stream<SplitSamples> splits =
        Stream.of(samples.train(), samples.valid(), samples.test()).flatMap(Optional::stream);
    Stream<SplitSamples> sets = samples.validationSets().values().stream();
    for (SplitSamples split : Stream.concat(splits, sets).toList()) {
      split.describe().forEach(console::info);
    }
    samples.train().map(SplitSamples::repeats).orElse(List.of()).forEach(console::warn);
  }

  /// Training micro-batches; [UserException] when the data leave none.
  public BatchFeed train() {
    return feed(samples.train(), "training").orElseThrow(TrainingData::noData);
  }

  /// The datasets behind [#train]; [UserException] when the data leave none.
  SplitSamples trainSplit() {
    return samples.train().orElseThrow(TrainingData::noData);
  }

  private static UserException noData() {
    return new UserException(
        "no training data: set data_path or train_data_paths, and give the training part of split"
            + " more than 0");
  }

  /// Validation micro-batches; empty when the split has no documents.
  public Optional<BatchFeed> valid() {
    return feed(samples.valid(), "validation");
  }

  /// Test micro-batches; empty when the split has no documents.
  public Optional<BatchFeed> test() {
    return feed(samples.test(), "test");
  }

  /// Micro-batches of each named validation set, in the order of the configuration.
  public Map<String, BatchFeed> validationSets() {
    Map<String, BatchFeed> feeds = new LinkedHashMap<>();
    samples
        .validationSets()
        .forEach((name, split) ->
            feed(Optional.of(split), "validation set " + name)
                .ifPresent(feed -> feeds.put(name, feed)));
    return feeds;
  }

  private Optional<BatchFeed> feed(Optional<SplitSamples> split, String use) {
    String origin = name + " (" + use + ")";
    return split.map(s ->
        new BatchFeed(
            origin,
            source(origin, s.samples()),
            s.companion(),
            masked,
            documents,
            oneLabel,
            vocabulary,
            placement));
  }

  private BatchSource source(String origin, TokenSamples of) {
    try {
      return new BatchSource(of, microBatch, replicas.rank(), replicas.size());
    } catch (UserException e) { // too few
      throw UserException.of("%s: %s", origin, Objects.toString(e.getMessage()));
    }
  }

  @Override
  public void close() {
    samples.close();
  }
}
