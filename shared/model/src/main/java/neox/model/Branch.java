package neox.model;

/// Neighbouring tokens of a pass that go on from some place of a text.
///
/// @param start how many places of the text are before them, those of a soft prompt included
/// @param length tokens, at least one
public record Branch(int start, int length) {
  public Branch {
    if (start < 0 || length < 1) {
      throw new IllegalArgumentException(length + " tokens after " + start);
    }
  }

  /// The place after the last token.
  public int end() {
    return start + length;
  }
}
