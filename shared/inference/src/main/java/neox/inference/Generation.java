package neox.inference;

/// A continuation.
///
/// @param tokens the new ones, without those that ended it
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
public record Generation(int[] tokens, End end) {
  /// Why a continuation ended.
  public enum End {
    /// By a token that ends texts, such as the end of a document.
    END_TOKEN,
    /// By tokens that stop it where they follow one another.
    STOP_SEQUENCE,
    /// Its reader wanted no more: it has seen a stop text, or gone away.
    READER,
    /// All tokens that were asked for are written.
    MAXIMUM,
    /// The model can read no longer text.
    FULL
  }
}
