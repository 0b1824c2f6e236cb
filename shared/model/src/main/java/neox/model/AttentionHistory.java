package neox.model;

import java.util.Optional;
import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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

  /// Where keys or values of some tokens are to be written by who computes them.
  ///
  /// @param store `[b, heads, places, d]`, which holds those of the tokens before them
  /// @param places of the new tokens in it
  record Room(Tensor store, Places places) {}

  /// Makes room for what one block keeps of the new tokens, to which [#append] would add them;
  /// empty where nobody but this writes.
  ///
  /// @param like what is to be written, `[b, heads, s, d]`
  default Optional<Room> room(int block, Kept kept, Tensor like) {
    return Optional.empty();
  }

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

    @Override
    public Optional<Room> room(int block, Kept kept, Tensor like) {
      return Optional.of(new Room(torch.empty_like(like).contiguous(), Places.fromStart()));
    }
  }
}
