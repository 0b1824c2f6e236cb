package neox.preprocess;

import java.util.List;
import java.util.Optional;
import neox.tokenizer.TokenBuffer;

/// The documents of one chunk, for each key.
///
/// @param bytes input bytes, for the rate
/// @param emptied documents that mending made empty
/// @param badRows the rows left out
/// @param lost the files of which the rest was left out
/// @param failure the problem at which encoding stopped
record EncodedChunk(
    List<Documents> keys,
    long bytes,
    long emptied,
    List<Problem> badRows,
    List<Problem> lost,
    Optional<Problem> failure) {

  /// Token ids of documents end to end, and how many belong to each.
  record Documents(TokenBuffer tokens, TokenBuffer sizes) {
    Documents() {
      this(new TokenBuffer(), new TokenBuffer());
    }
  }
}
