package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.DataConfig.Mixture;
import neox.config.DataStage;
import neox.config.NeoxConfig;
import neox.data.ledger.Ledger;
import neox.data.ledger.RunPast;

/// Opens the training data of a run whose mixture changes, by its stages or because the run goes on
/// with another one.
final class StagedTraining {
  private static final String NAME = "train";

  private final NeoxConfig config;
  private final RunPast past;
  private final Source source;
  private final List<Ledger.Dataset> datasets = new ArrayList<>();
  private final Map<Integer, CorpusSource> corpora =
      new LinkedHashMap<>(); // by number of the dataset

  /// Opens datasets, as configured.
  interface Source {
    List<CorpusSource> corpora(Mixture mixture) throws IOException;

    /// Normalized weights.
    double[] weights(Mixture mixture, List<CorpusSource> corpora);

    CorpusSamples open(CorpusSource corpus, long requested);
  }

  StagedTraining(NeoxConfig config, RunPast past, Source source) {
    this.config = config;
    this.past = past;
    this.source = source;
    past.ledger().or(past::mixture).ifPresent(ledger -> datasets.addAll(ledger.datasets()));
  }

  /// The training samples; empty where one mixture is read from beginning to end.
  Optional<SplitSamples> open(Arena arena, BuildProgress progress) throws IOException {
    Mixture first = config.data().train();
    boolean fixed = config.data().stages().isEmpty() && past.ledger().isEmpty();
    if (first.isEmpty() || (fixed && (past.mixture().isEmpty() || isStill(first)))) {
      return Optional.empty();
    }
    Ledger plan = plan();
    long last = Math.max(config.batch().trainIters(), past.steps());
    long end = config.stepsAfter(past.steps(), past.samples()).at(last + 1).firstSample();
    return Optional.of(open(plan, end, arena, progress));
  }

  private boolean isStill(Mixture mixture) throws IOException {
    Ledger read = past.mixture().orElseThrow();
    Ledger.Phase before = read.phases().getLast();
    List<CorpusSource> now = source.corpora(mixture);
    double[] weights = source.weights(mixture, now);
    boolean still = now.size() == before.members().size();
    for (int d = 0; still && d < now.size(); d++) {
      Ledger.Dataset dataset = read.datasets().get(before.members().get(d));
      still =
          dataset.holdsTheDocumentsOf(unordered(now.get(d)))
              && weights[d] == before.weights().get(d);
    }
    return still;
  }

  /// A stage that is to come.
  private record Ahead(long firstSample, Mixture mixture) {}

  /// What has been read, the mixture of now, and those to come.
  private Ledger plan() throws IOException {
    StageStarts starts = StageStarts.of(config, past);
    Optional<Ledger> read = past.ledger().or(past::mixture);
    Mixture now = config.data().train();
    List<Ahead> ahead = new ArrayList<>();
    long begun = 0;
    for (DataStage stage : config.data().stages()) {
      long start = starts.sample(stage.start());
      if (read.isEmpty() || start > past.samples()) {
        requireOrder(ahead, start);
        ahead.add(new Ahead(start, stage.mixture()));
      } else if (start >= begun) {
        now = stage.mixture();
        begun = start;
      }
    }
    long from = read.isPresent() ? past.samples() : 0;
    Ledger.Phase phase = phase(from, now);
    Ledger plan =
        read.isPresent()
            ? read.get().withDatasets(datasets).before(from).with(phase)
            : new Ledger(datasets, List.of(phase));
    for (Ahead stage : ahead) {
      Ledger.Phase next = phase(stage.firstSample(), stage.mixture());
      plan = plan.withDatasets(datasets).with(next);
    }
    return plan;
  }

  /// What a stage does not say, it has from the one before it in the list. Which comes first of a
  /// step and a number of tokens, the list alone does not tell.
  private static void requireOrder(List<Ahead> before, long start) {
    if (!before.isEmpty() && before.getLast().firstSample() > start) {
      throw UserException.of(
          "data_stages: a stage that begins with sample %,d stands before one that begins with"
              + " sample %,d; list them in the order of their starts",
          before.getLast().firstSample(), start);
    }
  }

  private Ledger.Phase phase(long first, Mixture mixture) throws IOException {
    List<CorpusSource> opened = source.corpora(mixture);
    double[] weights = source.weights(mixture, opened);
    List<Integer> members = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    for (int d = 0; d < weights.length; d++) {
      if (weights[d] > 0) {
        members.add(number(opened.get(d)));
        shares.add(weights[d]);
      }
    }
    return new Ledger.Phase(first, members, shares);
  }

  /// A dataset is known by its documents, not by its path.
  private int number(CorpusSource corpus) {
    Ledger.Dataset dataset = unordered(corpus);
    for (int d = 0; d < datasets.size(); d++) {
      if (datasets.get(d).holdsTheDocumentsOf(dataset)) {
        corpora.putIfAbsent(d, corpus);
        return d;
      }
    }
    datasets.add(dataset);
    corpora.put(datasets.size() - 1, corpus);
    return datasets.size() - 1;
  }

  private static Ledger.Dataset unordered(CorpusSource source) {
    return new Ledger.Dataset(
        source.corpus().tokens().prefix().toString(),
        source.corpus().items().count(),
        source.corpus().tokenCount(),
        0,
        0,
        source.checksum());
  }

  private SplitSamples open(Ledger plan, long end, Arena arena, BuildProgress progress) {
    Map<Integer, CorpusSamples> opened = new LinkedHashMap<>();
    List<Ledger.Dataset> complete = new ArrayList<>(plan.datasets());
    corpora.forEach((d, corpus) -> {
      Ledger.Dataset known = plan.datasets().get(d);
      long madeFor = known.madeFor() > 0 ? known.madeFor() : requested(plan, d, end);
      CorpusSamples samples = source.open(corpus, madeFor);
      long count = samples.samples().count();
      if (known.madeFor() > 0 && known.samples() != count) {
        throw new IllegalStateException(known + " gives " + count + " samples");
      }
      opened.put(d, samples);
      complete.set(
          d,
          new Ledger.Dataset(
              corpus.corpus().tokens().prefix().toString(),
              known.documents(),
              known.tokens(),
              count,
              madeFor,
              known.checksum()));
    });
    Ledger ledger = plan.withDatasets(complete);
    List<Optional<TokenSamples>> samples = new ArrayList<>();
    for (int d = 0; d < complete.size(); d++) {
      samples.add(Optional.ofNullable(opened.get(d)).map(CorpusSamples::samples));
    }
    StagedSamples staged = StagedSamples.of(ledger, samples, end, arena, progress);
    return new SplitSamples(
            NAME, staged, new Companion.None(), members(ledger, opened, staged), end)
        .withLedger(ledger);
  }

  /// How many samples of a dataset all phases together will want, and half a percent more in each.
  private static long requested(Ledger plan, int dataset, long end) {
    long sum = 0;
    List<Ledger.Phase> phases = plan.phases();
    for (int p = 0; p < phases.size(); p++) {
      int member = phases.get(p).members().indexOf(dataset);
      long to = p + 1 == phases.size() ? end : Math.min(end, phases.get(p + 1).firstSample());
      long count = Math.max(0, to - phases.get(p).firstSample());
      if (member >= 0) {
        double weight = phases.get(p).weights().get(member);
        sum += BlendWeights.request(weight, OptionalLong.of(count)).orElseThrow();
      }
    }
    return Math.max(1, sum);
  }

  private List<SplitSamples.Member> members(
      Ledger ledger, Map<Integer, CorpusSamples> opened, StagedSamples samples) {
    Ledger.Phase now = ledger.before(Math.max(1, past.samples() + 1)).phases().getLast();
    long[] taken = samples.taken(samples.count());
    List<SplitSamples.Member> members = new ArrayList<>();
    for (int d = 0; d < ledger.datasets().size(); d++) {
      int place = now.members().indexOf(d);
      double weight = place < 0 ? 0 : now.weights().get(place);
      if (opened.containsKey(d)) {
        double share = samples.count() == 0 ? 0 : (double) taken[d] / samples.count();
        members.add(Objects.requireNonNull(opened.get(d)).member(weight, share));
      }
    }
    return members;
  }
}
