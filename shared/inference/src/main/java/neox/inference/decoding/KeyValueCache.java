package neox.inference.decoding;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.model.AttentionHistory;
import neox.model.position.Places;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of some texts, of any length each, in memory that grows with them. Rows come
/// and go. Mutable.
public final class KeyValueCache implements AutoCloseable {
  private final Map<Store, GrowingStore> stores = new HashMap<>();
  private final Placement placement;
  private final int limit;
  private final int promptTokens;
  private int[] lengths; // with the soft prompt

  /// What one tensor holds.
  private record Store(int block, AttentionHistory.Kept kept) {}

  /// A cache with rows of which nothing is read.
  ///
  /// @param limit tokens of the longest text
  /// @param promptTokens of the soft prompt that is read with the first tokens
  public KeyValueCache(Placement placement, int rows, int limit, int promptTokens) {
    this.placement = placement;
    this.limit = limit + promptTokens;
    this.promptTokens = promptTokens;
    this.lengths = new int[rows];
  }

  int rows() {
    return lengths.length;
  }

  /// The history for one pass, which belongs to the innermost scope. After it, call [#advance].
  ///
  /// @param tokens how many each row reads; shorter rows are padded to the most
  public AttentionHistory reading(int[] tokens) {
    int end = 0; // of the longest row after this pass
    for (int row = 0; row < lengths.length; row++) {
      end = Math.max(end, lengths[row] + unreadPrompt() + tokens[row]);
    }
    if (end > limit) {
      throw new IllegalStateException(
          (end - promptTokens) + " tokens in a cache for " + (limit - promptTokens));
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
  public void advance(int[] tokens) {
    int prompt = unreadPrompt();
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] += prompt + tokens[row];
    }
  }

  /// Adds rows that hold what a row of another cache holds.
  void addCopies(KeyValueCache from, int row, int copies) {
    addBeginnings(from, row, from.lengths[row] - promptTokens, copies);
  }

  /// Adds rows that hold the first tokens of a row of another cache.
  void addBeginnings(KeyValueCache from, int row, int tokens, int copies) {
    int first = rows();
    int length = promptTokens + tokens;
    lengths = Arrays.copyOf(lengths, first + copies);
    Arrays.fill(lengths, first, lengths.length, length);
    from.stores.forEach((store, source) -> {
      GrowingStore target = stores.computeIfAbsent(store, _ -> source.another());
      target.reserve(rows(), length, places());
      target.copy(source, row, first, copies, length);
    });
  }

  /// Forgets what a row has read after its first tokens.
  void rewind(int row, int tokens) {
    if (promptTokens + tokens > lengths[row]) {
      throw new IllegalStateException(
          "row " + row + " has not read " + tokens + " tokens to keep of them");
    }
    lengths[row] = promptTokens + tokens;
  }

  /// Takes a row away; the last one gets its number.
  void remove(int row) {
    int last = rows() - 1;
    if (row != last) {
      stores.values().forEach(store -> store.copy(store, last, row, 1, lengths[last]));
      lengths[row] = lengths[last];
    }
    lengths = Arrays.copyOf(lengths, last);
  }

  /// Of the longest text, and one more that takes the padding of a row that is full.
  private long places() {
    return limit + 1L;
  }

  /// Where what a block keeps of all rows lies: `[rows, heads, at least end + 1, d]`.
  private Tensor store(Store store, Tensor like, long end) {
    return stores
        .computeIfAbsent(store, _ -> new GrowingStore(placement, like))
        .reserve(rows(), end + 1, places());
  }

  /// @param next as the network sees them
  /// @param stored where the keys and values of the same tokens go
  private record Pass(KeyValueCache cache, Places next, Places stored) implements AttentionHistory {
    @Override
    public Places next(long tokens) {
      return next;
    }

    @Override
    public Optional<Room> room(int block, Kept kept, Tensor like) {
      Tensor store = cache.store(new Store(block, kept), like, stored.end(like.size(2)));
      return Optional.of(new Room(store, stored));
    }

    @Override
    public Tensor append(int block, Kept kept, Tensor added) {
      long tokens = added.size(2);
      long end = stored.end(tokens);
      Tensor store = cache.store(new Store(block, kept), added, end);
      switch (stored) {
        case Places.From(long start) -> store.narrow(2, start, tokens).copy_(added);
        case Places.Each(Tensor each, _) -> {
          Tensor places = each.view(each.size(0), 1, tokens, 1);
          store.scatter_(2, places.expand_as(added), added);
        }
      }
      return store.narrow(2, 0, end);
    }
  }

  @Override
  public void close() {
    stores.values().forEach(GrowingStore::close);
    stores.clear();
  }
}
