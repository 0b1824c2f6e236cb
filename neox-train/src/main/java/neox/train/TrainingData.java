package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.UserException;
import neox.config.DataConfig;
import neox.config.NeoxConfig;
import neox.data.BatchSource;
import neox.data.RunSamples;
import neox.data.SplitSamples;

/// The three splits of a run, as micro-batches of the only data-parallel rank. Owns the mapped
/// files.
final class TrainingData implements AutoCloseable {
  private final RunSamples samples;
  private final int microBatch;
  private final OptionalInt masked;
  private final String name;
  private final int vocabulary;

  private TrainingData(RunSamples samples, NeoxConfig config, OptionalInt masked, int vocabulary) {
    this.samples = samples;
    this.microBatch = config.batch().microBatchSize();
    this.masked = masked;
    this.name = config.data().dataPath().map(Path::toString).orElse("data paths");
    this.vocabulary = vocabulary;
  }

  /// @param eod the tokenizer's end-of-document token, needed for `eod_mask_loss` alone
  /// @param vocabulary rows of the embedding
  static TrainingData open(NeoxConfig config, OptionalInt eod, int vocabulary, Console console)
      throws IOException {
    DataConfig data = config.data();
    if (data.eodMaskLoss() && eod.isEmpty()) {
      throw UserException.of(
          "eod_mask_loss: the %s has no end-of-document token; use another tokenizer or set"
              + " eod_mask_loss to false",
          config.tokenizer().type());
    }
    RunSamples samples = RunSamples.open(config, console::info);
    describe(samples, console);
    return new TrainingData(
        samples, config, data.eodMaskLoss() ? eod : OptionalInt.empty(), vocabulary);
  }

  private static void describe(RunSamples samples, Console console) {
    for (SplitSamples split :
        Stream.of(samples.train(), samples.valid(), samples.test())
            .flatMap(Optional::stream)
            .toList()) {
      split.describe().forEach(console::info);
    }
    samples.train().map(SplitSamples::repeats).orElse(List.of()).forEach(console::warn);
  }

  /// Training micro-batches; [UserException] when the data leave none.
  BatchFeed train() {
    return feed(samples.train(), "training")
        .orElseThrow(() ->
            new UserException(
                "no training data: set data_path or train_data_paths, and give the training"
                    + " part of split more than 0"));
  }

  /// Validation micro-batches; empty when the split has no documents.
  Optional<BatchFeed> valid() {
    return feed(samples.valid(), "validation");
  }

  /// Test micro-batches; empty when the split has no documents.
  Optional<BatchFeed> test() {
    return feed(samples.test(), "test");
  }

  private Optional<BatchFeed> feed(Optional<SplitSamples> split, String use) {
    String origin = name + " (" + use + ")";
    return split.map(s ->
        new BatchFeed(origin, new BatchSource(s.samples(), microBatch, 0, 1), masked, vocabulary));
  }

  @Override
  public void close() {
    samples.close();
  }
}
