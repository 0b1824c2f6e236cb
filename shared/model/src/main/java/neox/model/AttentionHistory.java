package neox.model;

import org.bytedeco.pytorch.Tensor;

/// The keys and values of the tokens that came before the ones a network is given, so that
/// generation need not compute them again.
public interface AttentionHistory {
  /// Keys (already rotated) and values of all tokens so far, each `[b, kvHeads, length, d]`.
  record KeysAndValues(Tensor keys, Tensor values) {}

  /// Tokens that every block has seen; the next token stands at this position.
  int length();

  /// Adds one block's keys and values `[b, kvHeads, s, d]` of the new tokens and returns all.
  ///
  /// @param block counted from 0
  KeysAndValues append(int block, Tensor keys, Tensor values);

  /// No history: the tokens are the beginning of the text and are not remembered.
  static AttentionHistory none() {
    return new None();
  }

  /// See [#none].
  record None() implements AttentionHistory {
    @Override
    public int length() {
      return 0;
    }

    @Override
    public KeysAndValues append(int block, Tensor keys, Tensor values) {
      return new KeysAndValues(keys, values);
    }
  }
}
