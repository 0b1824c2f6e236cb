package neox.inference.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import org.bytedeco.pytorch.Tensor;

/// Remembers keys and values. Texts that begin as one that is still there, or as the one that went
/// last, such as questions with the same examples before them, take over what they have in common.
/// Mutable.
final class CachedDecoder implements Decoder {
  /// Fewer tokens in common are read again: a short pass costs little less than a shorter one.
  private static final int LEAST_SHARED = 16;

  private final Network network;
  private final int limit;
  private final List<int[]> begun = new ArrayList<>(); // what each row began with
  private KeyValueCache cache;
  private int mostRows; // that the cache has had
  private Optional<Known> last = Optional.empty();

  /// A text that was read: a row of a cache.
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
  private record Known(int[] text, KeyValueCache cache, int row) {
    /// How many tokens each of the texts has in common with this one, the last of the text, which
    /// must be read, not counted.
    int shared(int[][] texts) {
      int shared = text.length;
      for (int[] other : texts) {
        int end = Math.min(shared, other.length - 1);
        int differs = Arrays.mismatch(text, 0, end, other, 0, end);
        shared = differs < 0 ? end : differs;
      }
      return shared;
    }
  }

  /// @param limit tokens of the longest text
  CachedDecoder(Network network, int limit) {
    this.network = network;
    this.limit = limit;
    this.cache = empty(0);
  }

  private KeyValueCache empty(int rows) {
    int promptTokens = network.spec().config().promptTokens();
    return new KeyValueCache(network.placement(), rows, limit, promptTokens);
  }

  /// The texts are read without those that there are, which would have to wait for all their
  /// tokens.
  @Override
  public Tensor begin(int[][] texts, int[] copies) {
    Optional<Known> known = likest(texts);
    int shared = known.map(text -> text.shared(texts)).orElse(0);
    KeyValueCache rows =
        known.map(text -> copies(text, shared, texts.length)).orElseGet(() -> empty(texts.length));
    boolean taken = false;
    try {
      Tensor logits = read(tails(texts, shared), rows);
      forgetLast();
      if (cache.rows() == 0 && Arrays.stream(copies).allMatch(count -> count == 1)) {
        cache.close();
        cache = rows;
        taken = true;
      } else {
        for (int text = 0; text < texts.length; text++) {
          cache.addCopies(rows, text, copies[text]);
        }
      }
      for (int text = 0; text < texts.length; text++) {
        begun.addAll(Collections.nCopies(copies[text], texts[text]));
      }
      mostRows = Math.max(mostRows, cache.rows());
      return logits;
    } finally {
      if (!taken) {
        rows.close();
      }
    }
  }

  /// The text that has most in common with all of these, if that is worth it.
  private Optional<Known> likest(int[][] texts) {
    List<Known> all = new ArrayList<>(last.stream().toList());
    for (int row = 0; row < begun.size(); row++) {
      all.add(new Known(begun.get(row), cache, row));
    }
    return all.stream()
        .filter(text -> text.shared(texts) >= LEAST_SHARED)
        .max(Comparator.comparingInt(text -> text.shared(texts)));
  }

  /// New rows that have read the first tokens of a text.
  private KeyValueCache copies(Known text, int tokens, int rows) {
    KeyValueCache copies = empty(0);
    copies.addBeginnings(text.cache(), text.row(), tokens, rows);
    return copies;
  }

  private static int[][] tails(int[][] texts, int from) {
    return Arrays.stream(texts)
        .map(text -> Arrays.copyOfRange(text, from, text.length))
        .toArray(int[][]::new);
  }

  @Override
  public Tensor read(int[][] tokens) {
    return read(tokens, cache);
  }

  private Tensor read(int[][] tokens, KeyValueCache into) {
    int[] counts = Arrays.stream(tokens).mapToInt(row -> row.length).toArray();
    Rows rows = Rows.of(tokens, network.placement());
    Inputs inputs = Inputs.after(into.reading(counts), rows.ids());
    Tensor logits = NetworkStage.evaluate(network, inputs, rows::lastLogits);
    into.advance(counts);
    return logits;
  }

  @Override
  public void rewind(int row, int tokens) {
    cache.rewind(row, tokens);
  }

  /// Of the last text, what it began with is kept until others have begun.
  @Override
  public void remove(int row) {
    if (cache.rows() > 1) {
      cache.remove(row);
      begun.set(row, begun.getLast());
      begun.removeLast();
      return;
    }
    Known only = new Known(begun.removeLast(), cache, row);
    last = Optional.of(mostRows > 1 ? alone(only) : only);
    cache = empty(0);
    mostRows = 0;
  }

  /// The same in a cache without room for others.
  private Known alone(Known text) {
    KeyValueCache small = copies(text, text.text().length, 1);
    text.cache().close();
    return new Known(text.text(), small, 0);
  }

  private void forgetLast() {
    last.ifPresent(text -> text.cache().close());
    last = Optional.empty();
  }

  @Override
  public void close() {
    forgetLast();
    cache.close();
  }
}
