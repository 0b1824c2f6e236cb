package neox.inference;

import java.util.Arrays;
import neox.base.UserException;
import neox.model.Network;
import neox.model.Pass;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// Reads one text token by token and tells what may come next. Mutable; one text each.
sealed interface Decoder extends AutoCloseable {
  /// Reads more tokens; returns the logits `[V]` of the token after them, which belong to the
  /// innermost scope.
  Tensor read(int... tokens);

  @Override
  void close();

  /// Remembers keys and values, so that each token passes through the network once.
  static Decoder cached(Network network, int capacity) {
    return new Cached(network, new KeyValueCache(network.config(), network.dtype(), capacity));
  }

  /// Reads the whole text again for each token: slow, and the check of the other one.
  static Decoder recomputing(Network network) {
    return new Recomputing(network);
  }

  /// See [#cached].
  record Cached(Network network, KeyValueCache cache) implements Decoder {
    @Override
    public Tensor read(int... tokens) {
      if (cache.length() + tokens.length > cache.capacity()) {
        throw UserException.of(
            "%d tokens do not fit the %d positions of the model",
            cache.length() + tokens.length, cache.capacity());
      }
      Tensor logits =
          Scope.run(() -> last(network, TensorData.ofIds(new int[][] {tokens}), Pass.after(cache)));
      cache.advance(tokens.length);
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
    private int[] text = {};

    private Recomputing(Network network) {
      this.network = network;
    }

    @Override
    public Tensor read(int... tokens) {
      int before = text.length;
      text = Arrays.copyOf(text, before + tokens.length);
      System.arraycopy(tokens, 0, text, before, tokens.length);
      return Scope.run(
          () -> last(network, TensorData.ofIds(new int[][] {text}), Pass.ofEvaluation()));
    }

    @Override
    public void close() {}
  }

  private static Tensor last(Network network, Tensor tokens, Pass pass) {
    try (NoGradGuard _ = new NoGradGuard()) {
      Tensor hidden = network.hidden(tokens, pass); // [1, s, h]
      return network.project(hidden.narrow(1, tokens.size(1) - 1, 1)).view(-1);
    }
  }
}
