package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import neox.config.DataConfig;
import neox.config.NeoxConfig;

/// What a run trains, validates and tests on, as its configuration says, in NeoX's order.
///
/// Owns the mapped files; the samples are valid until [#close].
public final class RunSamples implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Deque<IndexedTokens> datasets = new ArrayDeque<>();
  private final DataConfig config;
  private final int seqLength;
  private final IndexCache cache;
  private Optional<SplitSamples> train = Optional.empty();
  private Optional<SplitSamples> valid = Optional.empty();
  private Optional<SplitSamples> test = Optional.empty();

  private RunSamples(DataConfig config, int seqLength, Consumer<String> log) {
    this.config = config;
    this.seqLength = seqLength;
    this.cache = new IndexCache(arena, log);
  }

  /// Opens `data_path`, divided by `split`, or the datasets that each split has of its own.
  ///
  /// @param counts how many samples the run draws, which decides the number of epochs
  /// @param log is told what is noteworthy about the cached orders
  public static RunSamples open(NeoxConfig config, SampleCounts counts, Consumer<String> log)
      throws IOException {
    RunSamples result = new RunSamples(config.data(), config.model().seqLength(), log);
    try {
      if (config.data().dataPath().isPresent()) {
        result.divide(config.data().dataPath().get(), counts);
      } else {
        result.blend(counts);
      }
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  private void divide(Path prefix, SampleCounts counts) throws IOException {
    IndexedTokens tokens = dataset(prefix);
    List<ItemRange> ranges = Split.parse(config.split()).ranges(tokens.count());
    train = part("train", tokens, ranges.get(0), counts.train());
    valid = part("valid", tokens, ranges.get(1), counts.valid());
    test = part("test", tokens, ranges.get(2), counts.test());
  }

  private Optional<SplitSamples> part(
      String name, IndexedTokens tokens, ItemRange items, long requested) {
    if (items.count() == 0) {
      return Optional.empty();
    }
    Opened opened = open(tokens, items, requested);
    return Optional.of(
        new SplitSamples(name, opened.samples(), List.of(opened.member(1, 1)), requested));
  }

  private void blend(SampleCounts counts) throws IOException {
    train = blend("train", config.train(), counts.train());
    valid = blend("valid", config.valid(), counts.valid());
    test = blend("test", config.test(), counts.test());
  }

  private Optional<SplitSamples> blend(String name, DataConfig.Mixture mixture, long requested)
      throws IOException {
    if (mixture.isEmpty()) {
      return Optional.empty();
    }
    double[] weights = BlendedSamples.normalize(mixture.weights());
    long[] requests = BlendedSamples.requests(weights, requested);
    List<Opened> opened = new ArrayList<>();
    for (int d = 0; d < requests.length; d++) {
      IndexedTokens tokens = dataset(mixture.paths().get(d));
      opened.add(open(tokens, new ItemRange(0, tokens.count()), requests[d]));
    }
    BlendedSamples samples =
        BlendedSamples.of(opened.stream().map(Opened::samples).toList(), weights, arena);
    List<SplitSamples.Member> members = new ArrayList<>();
    for (int d = 0; d < requests.length; d++) {
      members.add(opened.get(d).member(weights[d], samples.share(d)));
    }
    return Optional.of(new SplitSamples(name, samples, members, requested));
  }

  private IndexedTokens dataset(Path prefix) throws IOException {
    IndexedTokens tokens = IndexedTokens.open(prefix);
    datasets.add(tokens);
    return tokens;
  }

  private Opened open(IndexedTokens tokens, ItemRange items, long requested) {
    PackedPlan plan = PackedPlan.of(tokens, items, seqLength, config.seed(), requested);
    PackedSamples samples = new PackedSamples(tokens, cache.open(tokens, plan), seqLength);
    return new Opened(tokens, plan, samples);
  }

  private record Opened(IndexedTokens tokens, PackedPlan plan, TokenSamples samples) {
    SplitSamples.Member member(double weight, double share) {
      return new SplitSamples.Member(
          tokens.prefix(),
          plan.items().count(),
          plan.tokensPerEpoch(),
          samples.count(),
          (double) plan.tokensPerEpoch() / plan.seqLength(),
          weight,
          share);
    }
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

  @Override
  public void close() {
    while (!datasets.isEmpty()) {
      datasets.pop().close();
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
