package neox.inference;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import neox.model.AttentionHistory;
import neox.model.position.Places;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of some texts, in memory allocated with the first tokens: `[rows, heads,
/// capacity + 1, d]` for each block and kind. Mutable; belongs to these texts, so nothing of others
/// can leak in.
final class KeyValueCache implements AutoCloseable {
  private final Owner owner = new Owner();
  private final Map<Store, Tensor> stores = new HashMap<>();
  private final Placement placement;
  private final int capacity;
  private final int promptTokens;
  private final int[] lengths;

  /// What one tensor holds.
  private record Store(int block, AttentionHistory.Kept kept) {}

  /// @param capacity tokens of the longest text
  /// @param promptTokens of the soft prompt that is read with the first tokens
  KeyValueCache(Placement placement, int rows, int capacity, int promptTokens) {
    this.placement = placement;
    this.capacity = capacity + promptTokens;
    this.promptTokens = promptTokens;
    this.lengths = new int[rows];
  }

  /// Where what a block keeps lies.
  ///
  /// @param like `[rows, heads, any, d]`
  private Tensor store(Store store, Tensor like) {
    return stores.computeIfAbsent(
        store,
        _ -> {
          long places = capacity + 1L; // the last takes the padding of a row that is full
          try (var _ = Scope.open()) {
            return owner.keep(placement.zeros(like.size(0), like.size(1), places, like.size(3)));
          }
        });
  }

  /// The history for one pass, which belongs to the innermost scope. After it, call [#advance].
  ///
  /// @param tokens how many each row reads; shorter rows are padded to the most
  AttentionHistory reading(int[] tokens) {
    int end = 0; // of the longest row after this pass
    for (int row = 0; row < lengths.length; row++) {
      end = Math.max(end, lengths[row] + unreadPrompt() + tokens[row]);
    }
    if (end > capacity) {
      throw new IllegalStateException(
          (end - promptTokens) + " tokens in a cache for " + (capacity - promptTokens));
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

  private int unreadPrompt() {
    return Arrays.stream(lengths).allMatch(length -> length == 0) ? promptTokens : 0;
  }

  /// Counts tokens that have now passed through all blocks.
  void advance(int[] tokens) {
    int prompt = unreadPrompt();
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] += prompt + tokens[row];
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
    public Tensor append(int block, Kept kept, Tensor added) {
      Tensor store = cache.store(new Store(block, kept), added);
      long tokens = added.size(2);
      switch (stored) {
        case Places.From(long start) -> store.narrow(2, start, tokens).copy_(added);
        case Places.Each(Tensor each, _) -> {
          Tensor places = each.view(each.size(0), 1, tokens, 1);
          store.scatter_(2, places.expand_as(added), added);
        }
      }
      return store.narrow(2, 0, stored.end(tokens));
    }
  }

  @Override
  public void close() {
    stores.clear();
    owner.close();
  }
}
