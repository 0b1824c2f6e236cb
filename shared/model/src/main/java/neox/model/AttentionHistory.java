package neox.model;

import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of the tokens that came before the ones a network is given, so that
/// generation need not compute them again. Rows may be of different lengths.
public interface AttentionHistory {
  /// What is remembered of a block.
  enum Kept {
    /// Already normed and rotated.
    KEYS,
    VALUES,
    /// Of a gMLP block, normed but not mixed.
    GATES
  }

  /// The places that the next `tokens` tokens of each row will take.
  Places next(long tokens);

  /// Adds what one block keeps of the new tokens, `[b, heads, s, d]`, and returns all by place,
  /// `[b, heads, t, d]`; a row shorter than `t` holds anything in its last places.
  ///
  /// @param block its number, counted from 0; where a rank has several shards of a block, each of
  ///   them has a number of its own
  Tensor append(int block, Kept kept, Tensor added);

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
    public Tensor append(int block, Kept kept, Tensor added) {
      return added;
    }
  }
}
