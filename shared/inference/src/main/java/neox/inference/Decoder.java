package neox.inference;

import java.util.Arrays;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// Reads some texts token by token and tells what may come next in each. Mutable.
sealed interface Decoder extends AutoCloseable {
  /// Reads more tokens of each text, or none of one that is finished; returns the logits `[rows,
  /// V]` of the tokens after them, which belong to the innermost scope and are without meaning
  /// where nothing was read.
  Tensor read(int[][] tokens);

  @Override
  void close();

  /// Remembers keys and values, so that each token passes through the network once.
  ///
  /// @param capacity tokens of the longest text
  static Decoder cached(Network network, int rows, int capacity) {
    int promptTokens = network.spec().config().promptTokens();
    return new Cached(
        network, new KeyValueCache(network.placement(), rows, capacity, promptTokens));
  }

  /// Reads the whole texts again for each token: slow, and the check of the other one.
  static Decoder recomputing(Network network, int rows) {
    return new Recomputing(network, rows);
  }

  /// See [#cached].
  record Cached(Network network, KeyValueCache cache) implements Decoder {
    @Override
    public Tensor read(int[][] tokens) {
      int[] counts = Arrays.stream(tokens).mapToInt(row -> row.length).toArray();
      Rows rows = Rows.of(tokens, network.placement());
      Inputs inputs = Inputs.after(cache.reading(counts), rows.ids());
      Tensor logits = NetworkStage.evaluate(network, inputs, rows::lastLogits);
      cache.advance(counts);
      return logits;
    }

    @Override
    public void close() {
      cache.close();
    }
  }

  /// See [#recomputing].
  final class Recomputing implements Decoder {
    private final Network network;
    private final int[][] texts;

    private Recomputing(Network network, int rows) {
      this.network = network;
      this.texts = new int[rows][0];
    }

    @Override
    public Tensor read(int[][] tokens) {
      for (int row = 0; row < tokens.length; row++) {
        int before = texts[row].length;
        texts[row] = Arrays.copyOf(texts[row], before + tokens[row].length);
        System.arraycopy(tokens[row], 0, texts[row], before, tokens[row].length);
      }
      Rows rows = Rows.of(texts, network.placement());
      return NetworkStage.evaluate(network, Inputs.of(rows.ids()), rows::lastLogits);
    }

    @Override
    public void close() {}
  }

  /// Rows of tokens, padded on the right to one length: no token sees what comes after it.
  ///
  /// @param ids `[rows, s]`
  /// @param last `[rows]`: the index of each row's last token
  record Rows(Tensor ids, Tensor last) {
    static Rows of(int[][] tokens, Placement placement) {
      int longest = Arrays.stream(tokens).mapToInt(row -> row.length).max().orElseThrow();
      int[][] padded = new int[tokens.length][];
      long[] last = new long[tokens.length];
      for (int row = 0; row < tokens.length; row++) {
        padded[row] = Arrays.copyOf(tokens[row], longest); // 0 = padding
        last[row] = Math.max(0, tokens[row].length - 1L);
      }
      return new Rows(placement.ids(padded), placement.indices(last));
    }

    /// The logits `[rows, V]` after each row's last token.
    Tensor lastLogits(Tensor hidden, Head head) {
      long rows = hidden.size(0);
      long width = hidden.size(2);
      Tensor end = // [rows, 1, h]
          hidden.gather(1, last.view(rows, 1, 1).expand(rows, 1, width));
      return head.logits(end).view(rows, -1);
    }
  }
}
