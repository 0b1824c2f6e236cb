package neox.preprocess.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.BatchConfig;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.config.step.StepShape;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.data.SplitSamples;
import neox.data.ledger.RunPast;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;

/// What the run of a configuration sees: how often each dataset, and which tokens in a sample.
///
/// The samples are those of training: the same files, the same order.
public final class ConfigInspection {

  /// How an answer is printed.
  public enum Form {
    TEXT,
    /// Ids in place of their text.
    IDS,
    JSON
  }

  private final NeoxConfig config;
  private final RunSamples samples;
  private final Form form;
  private final Console console;

  private ConfigInspection(NeoxConfig config, RunSamples samples, Form form, Console console) {
    this.config = config;
    this.samples = samples;
    this.form = form;
    this.console = console;
  }

  /// What is to be looked at.
  ///
  /// @param checkpoint of the run that goes on, whose ledger counts; empty: the run begins
  public record Subject(ConfigSource source, Optional<Path> checkpoint) {}

  /// Prints what `--config` asks for.
  public static void run(Subject subject, SampleChoice choice, Form form, Console console)
      throws IOException {
    NeoxConfig config = ConfigLoader.load(subject.source());
    requireData(config);
    RunPast past =
        subject.checkpoint().isPresent()
            ? CheckpointedPast.of(subject.checkpoint().get(), console)
            : RunPast.NONE;
    try (RunSamples samples =
        RunSamples.resume(config, OptionalLong.empty(), past, OrderLog.of(console))) {
      ConfigInspection inspection = new ConfigInspection(config, samples, form, console);
      switch (choice) {
        case SampleChoice.Overview overview -> inspection.printOverview();
        case SampleChoice.One one -> inspection.printSample(one);
        case SampleChoice.Batch batch -> inspection.printBatch(batch);
        case SampleChoice.Fates fates -> inspection.printFates(fates);
      }
    }
  }

  private static void requireData(NeoxConfig config) {
    if (config.data().dataPath().isEmpty() && config.data().train().isEmpty()) {
      throw new UserException(
          "data_path: required but missing: prefix of the .bin and .idx to train on");
    }
  }

  private void printOverview() {
    List<SplitSamples> splits =
        Stream.of(samples.train(), samples.valid(), samples.test())
            .flatMap(Optional::stream)
            .toList();
    if (form == Form.JSON) {
      List<Map<String, Object>> each = splits.stream().map(SplitTable::toJson).toList();
      console.out().println(Json.line(Map.of("splits", each)));
    } else {
      SplitTable.print(splits, console.out());
    }
    samples.train().map(SplitSamples::repeats).orElse(List.of()).forEach(console::warn);
  }

  private void printSample(SampleChoice.One choice) {
    SplitSamples split = split(choice.split());
    long count = split.samples().count();
    if (choice.number() < 0 || choice.number() >= count) {
      throw UserException.of(
          "--sample %d: the order of %s has the samples 0 to %d, then it repeats",
          choice.number(), split.name(), count - 1);
    }
    print(split, LongStream.of(choice.number()).boxed().toList());
  }

  /// As in training on one rank.
  private void printBatch(SampleChoice.Batch choice) {
    SplitSamples split = split("train");
    BatchConfig batch = config.batch();
    if (choice.step() < 0 || choice.step() >= samples.trainSteps()) {
      throw UserException.of(
          "--batch %d: the run has the steps 0 to %d", choice.step(), samples.trainSteps() - 1);
    }
    StepShape shape = config.steps().at(choice.step() + 1);
    int perMicroBatch = batch.samplesPerMicroBatch();
    long whole = split.samples().count() / perMicroBatch;
    if (whole == 0) {
      throw UserException.of(
          "--batch: the data gives %d samples, but one micro-batch needs %d",
          split.samples().count(), perMicroBatch);
    }
    List<Long> numbers = new ArrayList<>();
    for (int m = 0; m < shape.microBatches(); m++) {
      long first = (shape.firstMicroBatch() + m) % whole * perMicroBatch;
      for (int i = 0; i < perMicroBatch; i++) {
        numbers.add(first + i);
      }
    }
    console.info("step %,d: %,d samples", choice.step(), numbers.size());
    print(split, numbers);
  }

  private void printFates(SampleChoice.Fates choice) {
    long last = samples.trainSteps();
    long step = choice.step().orElse(last);
    if (step < 0 || step > last) {
      throw UserException.of("--step %d: the run has the steps 1 to %d", step, last);
    }
    TrainingReads reads = TrainingReads.of(config, split("train"), step, last);
    FateReport report = new FateReport(reads, choice.each());
    if (form == Form.JSON) {
      console.out().println(Json.line(report.toJson()));
    } else {
      report.print(console.out());
    }
  }

  private SplitSamples split(String name) {
    Optional<SplitSamples> split =
        switch (name) {
          case "train" -> samples.train();
          case "valid" -> samples.valid();
          case "test" -> samples.test();
          default ->
              throw UserException.of("--split: expected train, valid or test, found %s", name);
        };
    return split.orElseThrow(
        () -> UserException.of("--split %s: the configuration gives it no documents", name));
  }

  private void print(SplitSamples split, List<Long> numbers) {
    Tokenizer tokenizer = tokenizer();
    OptionalInt masked = masked(tokenizer);
    for (long number : numbers) {
      SampleView view = SampleView.of(split, number, masked);
      switch (form) {
        case TEXT -> view.printText(tokenizer, console.out());
        case IDS -> view.printIds(console.out());
        case JSON -> console.out().println(Json.line(view.toJson(tokenizer)));
      }
    }
  }

  private Tokenizer tokenizer() {
    TokenizerConfig t = config.tokenizer();
    return Tokenizers.open(t.type(), t.vocabFile(), t.mergeFile());
  }

  private OptionalInt masked(Tokenizer tokenizer) {
    if (!config.data().eodMaskLoss()) {
      return OptionalInt.empty();
    }
    if (tokenizer.eod().isEmpty()) {
      throw UserException.of(
          "eod_mask_loss: the %s has no end-of-document token; use another tokenizer or set"
              + " eod_mask_loss to false",
          config.tokenizer().type());
    }
    return tokenizer.eod();
  }
}
