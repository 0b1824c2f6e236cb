package neox.preprocess.encode;

import java.util.List;
import java.util.Optional;
import neox.preprocess.input.Problem;
import neox.tokenizer.TokenBuffer;

/// The documents of one chunk, for each key.
///
/// @param bytes input bytes, for the rate
/// @param emptied documents that mending or the tokenizer made empty
/// @param badRows the rows left out
/// @param lost the files of which the rest was left out
/// @param failure the problem at which encoding stopped
public record EncodedChunk(
    List<Documents> keys,
    long bytes,
    long emptied,
    List<Problem> badRows,
    List<Problem> lost,
    Optional<Problem> failure) {

  /// Token ids of documents end to end, and how many belong to each.
  public record Documents(TokenBuffer tokens, TokenBuffer sizes) {
    private static final int BYTES_PER_TOKEN = 4;
    private static final int MAX_EXPECTED = 1 << 18;

    /// No documents yet, with room for the tokens of so many bytes as is usual.
    static Documents ofText(long bytes) {
      int tokens = (int) Math.min(MAX_EXPECTED, bytes / BYTES_PER_TOKEN);
      return new Documents(new TokenBuffer(tokens), new TokenBuffer());
    }
  }
}
