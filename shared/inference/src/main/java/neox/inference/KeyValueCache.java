package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.config.model.ModelConfig;
import neox.model.AttentionHistory;
import neox.model.position.Places;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of some texts, in memory allocated once: `[rows, kvHeads, capacity + 1, d]`
/// for each block. Mutable; belongs to these texts, so nothing of others can leak in.
final class KeyValueCache implements AutoCloseable {
  private final Owner owner = new Owner();
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private final Placement placement;
  private final int capacity;
  private final int[] lengths;

  /// @param capacity tokens of the longest text
  KeyValueCache(ModelConfig config, Placement placement, int rows, int capacity) {
    this.placement = placement;
    this.capacity = capacity;
    this.lengths = new int[rows];
    long places = capacity + 1L; // the last takes the padding of a row that is full
    long[] sizes = {rows, config.kvHeads(), places, config.headDim()};
    try (var _ = Scope.open()) {
      for (int block = 0; block < config.layers(); block++) {
        keys.add(owner.keep(placement.zeros(sizes)));
        values.add(owner.keep(placement.zeros(sizes)));
      }
    }
  }

  /// The history for one pass, which belongs to the innermost scope. After it, call [#advance].
  ///
  /// @param tokens how many each row reads; shorter rows are padded to the most
  AttentionHistory reading(int[] tokens) {
    int end = 0; // of the longest row after this pass
    for (int row = 0; row < lengths.length; row++) {
      end = Math.max(end, lengths[row] + tokens[row]);
    }
    if (end > capacity) {
      throw new IllegalStateException(end + " tokens in a cache for " + capacity);
    }
    if (Arrays.stream(lengths).allMatch(length -> length == lengths[0])) {
      Places all = new Places.From(lengths[0]);
      return new Pass(this, all, all);
    }
    int most = Arrays.stream(tokens).max().orElseThrow();
    // Padding goes behind all tokens, and reads from where some token stands.
    return new Pass(this, places(most, end, end - 1), places(most, end, end));
  }

  /// @param last where the tokens stand that would come after it
  private Places places(int tokens, int end, int last) {
    long[] each = new long[lengths.length * tokens];
    for (int i = 0; i < each.length; i++) {
      each[i] = Math.min(lengths[i / tokens] + i % tokens, last);
    }
    return new Places.Each(placement.indices(each).view(lengths.length, tokens), end);
  }

  /// Counts tokens that have now passed through all blocks.
  void advance(int[] tokens) {
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] += tokens[row];
    }
  }

  /// @param next as the network sees them
  /// @param stored where the keys and values of the same tokens go
  private record Pass(KeyValueCache cache, Places next, Places stored) implements AttentionHistory {
    @Override
    public Places next(long tokens) {
      return next;
    }

    @Override
    public KeysAndValues append(int block, Tensor keys, Tensor values) {
      return new KeysAndValues(
          append(cache.keys.get(block), keys), append(cache.values.get(block), values));
    }

    private Tensor append(Tensor store, Tensor addition) {
      long added = addition.size(2);
      switch (stored) {
        case Places.From(long start) -> store.narrow(2, start, added).copy_(addition);
        case Places.Each(Tensor each, _) -> {
          Tensor places = each.view(each.size(0), 1, added, 1);
          store.scatter_(2, places.expand_as(addition), addition);
        }
      }
      return store.narrow(2, 0, stored.end(added));
    }
  }

  @Override
  public void close() {
    keys.clear();
    values.clear();
    owner.close();
  }
}
