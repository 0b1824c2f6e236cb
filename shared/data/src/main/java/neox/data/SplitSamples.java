package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// The samples of a run: training, validation and test, in NeoX's order.
///
/// Owns the mapped files; the samples are valid until [#close].
public final class SplitSamples implements AutoCloseable {
  private static final List<String> NAMES = List.of("train", "valid", "test");

  private final Arena arena = Arena.ofShared();
  private final Deque<IndexedTokens> datasets = new ArrayDeque<>();
  private final List<Optional<TokenSamples>> splits = new ArrayList<>();
  private final IndexCache cache;
  private final Consumer<String> log;

  private SplitSamples(Consumer<String> log) {
    this.log = log;
    this.cache = new IndexCache(arena, log);
  }

  /// Opens one dataset and divides its documents.
  ///
  /// @param log is told in one line per split what will be seen of it
  public static SplitSamples open(SamplePlan plan, Consumer<String> log) throws IOException {
    SplitSamples result = new SplitSamples(log);
    try {
      result.divide(plan);
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  /// Opens datasets of their own for each split.
  public static SplitSamples open(BlendPlan plan, Consumer<String> log) throws IOException {
    SplitSamples result = new SplitSamples(log);
    try {
      List<BlendPlan.Blend> blends = List.of(plan.train(), plan.valid(), plan.test());
      List<Long> requests = List.of(plan.trainSamples(), plan.validSamples(), plan.testSamples());
      for (int s = 0; s < NAMES.size(); s++) {
        result.splits.add(result.blend(NAMES.get(s), blends.get(s), requests.get(s), plan));
      }
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  private void divide(SamplePlan plan) throws IOException {
    Split split = Split.parse(plan.split());
    IndexedTokens tokens = dataset(plan.prefix());
    List<ItemRange> ranges = split.ranges(tokens.count());
    List<Long> requests = List.of(plan.trainSamples(), plan.validSamples(), plan.testSamples());
    for (int s = 0; s < NAMES.size(); s++) {
      ItemRange range = ranges.get(s);
      if (range.count() == 0) {
        splits.add(Optional.empty());
        continue;
      }
      PackedPlan packed =
          PackedPlan.of(tokens, range, plan.seqLength(), plan.seed(), requests.get(s));
      splits.add(Optional.of(packed(NAMES.get(s), tokens, packed, requests.get(s))));
    }
  }

  private Optional<TokenSamples> blend(
      String name, BlendPlan.Blend blend, long requested, BlendPlan plan) throws IOException {
    if (blend.prefixes().isEmpty()) {
      return Optional.empty();
    }
    long[] requests = BlendedSamples.requests(blend.weights(), requested);
    List<TokenSamples> members = new ArrayList<>();
    for (int d = 0; d < requests.length; d++) {
      IndexedTokens tokens = dataset(blend.prefixes().get(d));
      ItemRange all = new ItemRange(0, tokens.count());
      PackedPlan packed = PackedPlan.of(tokens, all, plan.seqLength(), plan.seed(), requests[d]);
      members.add(packed(name + "_" + d, tokens, packed, requests[d]));
    }
    return Optional.of(BlendedSamples.of(members, blend.weights(), arena, log));
  }

  private IndexedTokens dataset(Path prefix) throws IOException {
    IndexedTokens tokens = IndexedTokens.open(prefix);
    datasets.add(tokens);
    return tokens;
  }

  private TokenSamples packed(String name, IndexedTokens tokens, PackedPlan plan, long requested) {
    PackedSamples samples = new PackedSamples(tokens, cache.open(tokens, plan), plan.seqLength());
    log.accept(
        String.format(
            Locale.ROOT,
            "%s: %,d documents, %,d tokens, %,d epoch(s), %,d samples of %d tokens (%,d asked for)",
            name,
            plan.items().count(),
            plan.tokensPerEpoch(),
            plan.epochs(),
            samples.count(),
            plan.seqLength(),
            requested));
    return samples;
  }

  /// Training samples; empty when the split leaves no documents.
  public Optional<TokenSamples> train() {
    return splits.get(0);
  }

  /// Validation samples; empty when the split leaves no documents.
  public Optional<TokenSamples> valid() {
    return splits.get(1);
  }

  /// Test samples; empty when the split leaves no documents.
  public Optional<TokenSamples> test() {
    return splits.get(2);
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
