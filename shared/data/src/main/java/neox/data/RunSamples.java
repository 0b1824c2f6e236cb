package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.config.BatchConfig;
import neox.config.DataConfig;
import neox.config.EvalConfig;
import neox.config.NeoxConfig;
import neox.data.fim.FillInTheMiddle;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;
import neox.data.ledger.RunPast;

/// What a run trains, validates and tests on, as its configuration says, in NeoX's order.
///
/// Owns the mapped files; the samples are valid until [#close].
public final class RunSamples implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Deque<IndexedTokens> datasets = new ArrayDeque<>();
  private final PrecomputedReferences references;
  private final DataConfig config;
  private final OrderLog log;
  private final CorpusOpener opener;
  private final Optional<FillInTheMiddle> fim;
  private long steps;
  private Optional<SplitSamples> train = Optional.empty();
  private Optional<SplitSamples> valid = Optional.empty();
  private Optional<SplitSamples> test = Optional.empty();
  private final Map<String, SplitSamples> validationSets = new LinkedHashMap<>();

  private RunSamples(NeoxConfig config, OrderLog log) {
    this.config = config.data();
    this.references = PrecomputedReferences.of(config);
    this.fim = FillInTheMiddle.of(config);
    this.log = log;
    this.opener =
        new CorpusOpener(
            config.data(), config.model().seqLength(), arena, new IndexCache(arena, log));
  }

  /// Opens what the configuration names, for as many samples as it asks for.
  ///
  /// @param log is told what is noteworthy about the cached orders
  public static RunSamples open(NeoxConfig config, OrderLog log) throws IOException {
    return open(config, SampleCounts.of(config), log);
  }

  /// The same for a run that goes on. Where its training order was made for another number of
  /// samples than the configuration now asks for, it stays as it is, and begins again after its
  /// end; where its mixture is another one, each dataset goes on after what was read of it.
  ///
  /// @param trainOrder how many samples that order was made for; empty: what is asked for
  public static RunSamples resume(
      NeoxConfig config, OptionalLong trainOrder, RunPast past, OrderLog log) throws IOException {
    SampleCounts drawn = SampleCounts.of(config);
    long made = trainOrder.orElse(drawn.train());
    SampleCounts counts = new SampleCounts(made, drawn.valid(), drawn.test());
    RunSamples result = open(config, counts, past, log);
    if (trainOrder.isPresent()) {
      result.count(drawn);
    }
    return result;
  }

  /// Opens `data_path`, divided by `split`, or the datasets that each split has of its own.
  ///
  /// @param counts how many samples the run draws, which decides the number of epochs; passed over
  ///   where `train_epochs` does
  public static RunSamples open(NeoxConfig config, SampleCounts counts, OrderLog log)
      throws IOException {
    return open(config, counts, RunPast.NONE, log);
  }

  private static RunSamples open(NeoxConfig config, SampleCounts counts, RunPast past, OrderLog log)
      throws IOException {
    RunSamples result = new RunSamples(config, log);
    try {
      if (config.data().dataPath().isPresent()) {
        result.divide(config.data().dataPath().get(), Requests.of(config, counts));
      } else {
        Requests requests = Requests.of(config, counts);
        result.blend(requests, result.staged(config, past));
      }
      result.openValidationSets(config.eval(), counts.test());
      result.steps = result.countSteps(config);
      if (config.batch().trainEpochs().isPresent()) {
        result.count(SampleCounts.of(config, result.steps));
      }
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  private Optional<SplitSamples> staged(NeoxConfig whole, RunPast past) throws IOException {
    boolean alone = config.train().companion() instanceof DataConfig.Companion.None;
    if (!alone || whole.batch().trainEpochs().isPresent()) {
      return Optional.empty();
    }
    StagedTraining.Source source =
        new StagedTraining.Source() {
          @Override
          public List<CorpusSource> corpora(DataConfig.Mixture mixture) throws IOException {
            return sources(mixture);
          }

          @Override
          public double[] weights(DataConfig.Mixture mixture, List<CorpusSource> corpora) {
            return RunSamples.this.weights(mixture, corpora);
          }

          @Override
          public CorpusSamples open(CorpusSource corpus, long requested) {
            return opener.open(corpus, OptionalLong.of(requested), fim);
          }
        };
    return new StagedTraining(whole, past, source).open(arena, new BuildProgress("train", log));
  }

  /// How many samples each order is made for; none for one epoch.
  private record Requests(OptionalLong train, OptionalLong valid, OptionalLong test) {
    static Requests of(NeoxConfig config, SampleCounts counts) {
      OptionalLong none = OptionalLong.empty();
      return config.batch().trainEpochs().isPresent()
          ? new Requests(none, none, none)
          : new Requests(
              OptionalLong.of(counts.train()),
              OptionalLong.of(counts.valid()),
              OptionalLong.of(counts.test()));
    }
  }

  /// NeoX's rule: only whole micro-batches count, and the order repeats after an epoch.
  private long countSteps(NeoxConfig config) {
    BatchConfig batch = config.batch();
    if (batch.trainEpochs().isEmpty() || train.isEmpty()) {
      return batch.trainIters();
    }
    long perEpoch = train.get().samples().count() / batch.samplesPerMicroBatch();
    return config.steps().lastStepWithin(perEpoch * batch.trainEpochs().get());
  }

  private void count(SampleCounts counts) {
    train =
        train.map(
            split -> split.ledger().isPresent() ? split : split.withRequested(counts.train()));
    valid = valid.map(split -> split.withRequested(counts.valid()));
    test = test.map(split -> split.withRequested(counts.test()));
  }

  private void divide(Path prefix, Requests requests) throws IOException {
    IndexedTokens tokens = dataset(prefix);
    List<ItemRange> ranges = Split.parse(config.split()).ranges(tokens.count());
    train = part("train", tokens, ranges.get(0), requests.train(), fim);
    valid = part("valid", tokens, ranges.get(1), requests.valid(), Optional.empty());
    test = part("test", tokens, ranges.get(2), requests.test(), Optional.empty());
  }

  private Optional<SplitSamples> part(
      String name,
      IndexedTokens tokens,
      ItemRange items,
      OptionalLong requested,
      Optional<FillInTheMiddle> reordering) {
    if (items.count() == 0) {
      return Optional.empty();
    }
    Corpus corpus = new Corpus(tokens, Optional.empty(), items);
    CorpusSamples opened = opener.open(CorpusSource.alone(corpus), requested, reordering);
    return Optional.of(
        new SplitSamples(
            name,
            opened.samples(),
            new Companion.None(),
            List.of(opened.member(1, 1)),
            requested.orElse(0)));
  }

  private void blend(Requests requests, Optional<SplitSamples> staged) throws IOException {
    train = staged.isPresent() ? staged : blend("train", config.train(), requests.train(), fim);
    valid = blend("valid", config.valid(), requests.valid(), Optional.empty());
    test = blend("test", config.test(), requests.test(), Optional.empty());
  }

  private Optional<SplitSamples> blend(
      String name,
      DataConfig.Mixture mixture,
      OptionalLong requested,
      Optional<FillInTheMiddle> reordering)
      throws IOException {
    if (mixture.isEmpty()) {
      return Optional.empty();
    }
    List<CorpusSource> sources = sources(mixture);
    double[] weights = weights(mixture, sources);
    List<CorpusSamples> opened = new ArrayList<>();
    for (int d = 0; d < sources.size(); d++) {
      OptionalLong share = BlendWeights.request(weights[d], requested);
      opened.add(opener.open(sources.get(d), share, reordering));
    }
    if (requested.isEmpty()) {
      weights = opened.stream().mapToDouble(o -> o.samples().count()).toArray();
      weights = BlendWeights.normalize(weights);
    }
    BlendedSamples samples =
        mix(name, opened.stream().map(CorpusSamples::samples).toList(), weights);
    List<SplitSamples.Member> members = new ArrayList<>();
    for (int d = 0; d < weights.length; d++) {
      members.add(opened.get(d).member(weights[d], samples.share(d)));
    }
    Companion companion = companion(name, opened, weights);
    return Optional.of(new SplitSamples(name, samples, companion, members, requested.orElse(0)));
  }

  /// @param requested samples of one evaluation; each evaluation reads the same
  private void openValidationSets(EvalConfig eval, long requested) throws IOException {
    if (requested == 0) {
      return;
    }
    for (Map.Entry<String, Path> set : eval.sets().entrySet()) {
      DataConfig.Mixture mixture = DataConfig.Mixture.of(set.getValue());
      blend(set.getKey(), mixture, OptionalLong.of(requested), Optional.empty())
          .ifPresent(samples -> validationSets.put(set.getKey(), samples));
    }
  }

  private BlendedSamples mix(String name, List<TokenSamples> members, double[] weights) {
    return BlendedSamples.of(members, weights, arena, new BuildProgress(name, log));
  }

  /// The companions of several corpora, which all have one of the same kind, mixed as they are.
  private Companion companion(String name, List<CorpusSamples> opened, double[] weights) {
    List<TokenSamples> rejected = new ArrayList<>();
    List<TokenSamples> rewards = new ArrayList<>();
    for (CorpusSamples corpus : opened) {
      switch (corpus.companion()) {
        case Companion.None _ -> {}
        case Companion.Rejected(TokenSamples samples) -> rejected.add(samples);
        case Companion.Rewards(TokenSamples samples) -> rewards.add(samples);
      }
    }
    if (!rejected.isEmpty()) {
      return new Companion.Rejected(mix(name, rejected, weights));
    }
    return rewards.isEmpty()
        ? new Companion.None()
        : new Companion.Rewards(mix(name, rewards, weights));
  }

  private List<CorpusSource> sources(DataConfig.Mixture mixture) throws IOException {
    List<CorpusSource> sources = new ArrayList<>();
    for (int d = 0; d < mixture.paths().size(); d++) {
      Corpus corpus = corpus(d, mixture.paths(), mixture.labels());
      sources.add(
          switch (mixture.companion()) {
            case DataConfig.Companion.None _ -> CorpusSource.alone(corpus);
            case DataConfig.Companion.Rejected(List<Path> paths, List<Path> labels) ->
                CorpusSource.chosen(corpus, corpus(d, paths, labels));
            case DataConfig.Companion.Rewards(List<Path> paths) ->
                CorpusSource.rewarded(corpus, dataset(paths.get(d)));
          });
    }
    return sources;
  }

  /// @param labels none, or one for each path
  private Corpus corpus(int number, List<Path> paths, List<Path> labels) throws IOException {
    IndexedTokens tokens = dataset(paths.get(number));
    return Corpus.whole(
            tokens, labels.isEmpty() ? Optional.empty() : Optional.of(dataset(labels.get(number))))
        .withReference(references.open(tokens));
  }

  private double[] weights(DataConfig.Mixture mixture, List<CorpusSource> sources) {
    return config.weightByDocuments()
        ? BlendWeights.ofDocuments(
            sources.stream().mapToLong(source -> source.corpus().items().count()).toArray(),
            config.samplerAlpha())
        : BlendWeights.normalize(
            mixture.weightsOrOnes().stream().mapToDouble(Double::doubleValue).toArray());
  }

  private IndexedTokens dataset(Path prefix) throws IOException {
    IndexedTokens tokens = IndexedTokens.open(prefix);
    datasets.add(tokens);
    return tokens;
  }

  /// Optimizer steps of the run: `train_iters`, or what `train_epochs` come to.
  public long trainSteps() {
    return steps;
  }

  /// Training samples; empty when the split leaves no documents.
  public Optional<SplitSamples> train() {
    return train;
  }

  /// Validation samples; empty when the split leaves no documents.
  public Optional<SplitSamples> valid() {
    return valid;
  }

  /// Test samples; empty when the split leaves no documents.
  public Optional<SplitSamples> test() {
    return test;
  }

  /// The samples of each of `validation_sets`, by its name, in the order of the file; none where
  /// evaluations read nothing.
  public Map<String, SplitSamples> validationSets() {
    return Collections.unmodifiableMap(validationSets);
  }

  @Override
  public void close() {
    references.close();
    while (!datasets.isEmpty()) {
      datasets.pop().close();
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
