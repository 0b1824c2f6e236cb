package neox.inference;

import java.util.Arrays;
import java.util.Optional;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import org.bytedeco.pytorch.Tensor;

/// Remembers keys and values. Texts that begin as one that was read not long ago, such as questions
/// with the same examples before them, take over what they have in common. Mutable.
final class CachedDecoder implements Decoder {
  /// Fewer tokens in common are read again: a short pass costs little less than a shorter one.
  private static final int LEAST_SHARED = 16;

  private final Network network;
  private final int limit;
  private KeyValueCache cache;
  private Optional<Recent> recent = Optional.empty();

  /// A text that was read.
  ///
  /// @param cache of one row
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
  private record Recent(int[] text, KeyValueCache cache) {
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
    int shared = recent.map(text -> text.shared(texts)).filter(n -> n >= LEAST_SHARED).orElse(0);
    KeyValueCache begun = begun(texts.length, shared);
    boolean taken = false;
    try {
      Tensor logits = read(tails(texts, shared), begun);
      remember(texts[0], begun);
      if (cache.rows() == 0 && Arrays.stream(copies).allMatch(count -> count == 1)) {
        cache.close();
        cache = begun;
        taken = true;
      } else {
        for (int text = 0; text < texts.length; text++) {
          cache.addCopies(begun, text, copies[text]);
        }
      }
      return logits;
    } finally {
      if (!taken) {
        begun.close();
      }
    }
  }

  /// Rows that have read what they share with the recent text.
  private KeyValueCache begun(int rows, int shared) {
    if (shared == 0) {
      return empty(rows);
    }
    KeyValueCache begun = empty(0);
    begun.addBeginnings(recent.orElseThrow().cache(), 0, shared, rows);
    return begun;
  }

  private static int[][] tails(int[][] texts, int from) {
    return Arrays.stream(texts)
        .map(text -> Arrays.copyOfRange(text, from, text.length))
        .toArray(int[][]::new);
  }

  private void remember(int[] text, KeyValueCache begun) {
    if (text.length <= LEAST_SHARED) {
      return;
    }
    recent.ifPresent(old -> old.cache().close());
    KeyValueCache row = empty(0);
    row.addCopies(begun, 0, 1);
    recent = Optional.of(new Recent(text, row));
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

  @Override
  public void remove(int row) {
    cache.remove(row);
  }

  @Override
  public void close() {
    cache.close();
    recent.ifPresent(text -> text.cache().close());
  }
}
