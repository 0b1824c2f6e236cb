package neox.inference.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// Reads some texts token by token and tells what may come next in each. Texts come and go; each
/// has a row, counted from 0. Mutable.
public sealed interface Decoder extends AutoCloseable permits CachedDecoder, Decoder.Recomputing {
  /// Begins texts, in rows after those that there are; returns the logits `[texts, V]` after them,
  /// which belong to the innermost scope.
  ///
  /// @param texts at least one token each
  /// @param copies in how many rows each text begins
  Tensor begin(int[][] texts, int[] copies);

  /// Reads more tokens of each row, or none; returns the logits `[rows, V]` of the tokens after
  /// them, which belong to the innermost scope and are without meaning where nothing was read.
  Tensor read(int[][] tokens);

  /// Forgets what a row has read after its first tokens.
  void rewind(int row, int tokens);

  /// Takes a row away; the last one gets its number.
  void remove(int row);

  @Override
  void close();

  /// Remembers keys and values, so that each token passes through the network once.
  ///
  /// @param limit tokens of the longest text
  static Decoder cached(Network network, int limit) {
    return new CachedDecoder(network, limit);
  }

  /// Reads the whole texts again for each token: slow, and the check of the other one.
  static Decoder recomputing(Network network) {
    return new Recomputing(network);
  }

  /// See [#recomputing].
  final class Recomputing implements Decoder {
    private final Network network;
    private final List<int[]> texts = new ArrayList<>();

    private Recomputing(Network network) {
      this.network = network;
    }

    @Override
    public Tensor begin(int[][] begun, int[] copies) {
      for (int i = 0; i < begun.length; i++) {
        for (int copy = 0; copy < copies[i]; copy++) {
          texts.add(begun[i]);
        }
      }
      return logits(begun);
    }

    @Override
    public Tensor read(int[][] tokens) {
      for (int row = 0; row < tokens.length; row++) {
        int[] before = texts.get(row);
        int[] all = Arrays.copyOf(before, before.length + tokens[row].length);
        System.arraycopy(tokens[row], 0, all, before.length, tokens[row].length);
        texts.set(row, all);
      }
      return logits(texts.toArray(int[][]::new));
    }

    private Tensor logits(int[][] whole) {
      Rows rows = Rows.of(whole, network.placement());
      return NetworkStage.evaluate(network, Inputs.of(rows.ids()), rows::lastLogits);
    }

    @Override
    public void rewind(int row, int tokens) {
      texts.set(row, Arrays.copyOf(texts.get(row), tokens));
    }

    @Override
    public void remove(int row) {
      texts.set(row, texts.getLast());
      texts.removeLast();
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
