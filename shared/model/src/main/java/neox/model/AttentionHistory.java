package neox.model;

import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of the tokens that came before the ones a network is given, so that
/// generation need not compute them again. Rows may be of different lengths.
public interface AttentionHistory {
  /// Keys (already rotated) and values by place, each `[b, kvHeads, t, d]`; a row shorter than `t`
  /// holds anything in its last places.
  record KeysAndValues(Tensor keys, Tensor values) {}

  /// The places that the next `tokens` tokens of each row will take.
  Places next(long tokens);

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
    public Places next(long tokens) {
      return Places.fromStart();
    }

    @Override
    public KeysAndValues append(int block, Tensor keys, Tensor values) {
      return new KeysAndValues(keys, values);
    }
  }
}
