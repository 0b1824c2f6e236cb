package neox.model;

import neox.model.AttentionHistory.Kept;
import org.bytedeco.pytorch.Tensor;

/// The keys and values of one text, whose end is written anew for each branch of a tree of texts
/// that is read in depth-first order: what is before a branch is what its tokens see.
public interface TextPath {
  /// Writes what one block keeps of a branch's tokens, `[heads, s, d]`, in float32 at least, over
  /// whatever was there, and returns all from the beginning of the text, by place: keys as `[heads,
  /// d, t]`, everything else as `[heads, t, d]`, so that both products of an attention run along
  /// the rows of memory. Places after the branch, of which some are read with it, hold keys of any
  /// value, and zeros of all else.
  ///
  /// @param block counted from 0
  /// @param start the place of the first token
  /// @param read t, how many places to return, at least all up to the last token
  Tensor write(int block, Kept kept, long start, Tensor added, long read);
}
