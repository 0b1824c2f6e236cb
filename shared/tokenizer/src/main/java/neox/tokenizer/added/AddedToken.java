package neox.tokenizer.added;

import java.util.Set;

/// A token that is cut out of the text before anything else looks at it.
///
/// @param content its text
/// @param id its id
public record AddedToken(String content, int id, Set<Trait> traits) {
  /// How GPT-2, and with it GPT-NeoX, spells the end of a document.
  public static final String END_OF_TEXT = "<|endoftext|>";

  public AddedToken {
    traits = Set.copyOf(traits);
  }

  /// How it is looked for, in the words of `tokenizer.json`.
  public enum Trait {
    /// Sought in the normalized text instead of the raw one.
    NORMALIZED,
    /// Taken only when no word character touches it.
    SINGLE_WORD,
    /// Swallows white space before it.
    LSTRIP,
    /// Swallows white space after it.
    RSTRIP
  }

  public boolean is(Trait trait) {
    return traits.contains(trait);
  }
}
