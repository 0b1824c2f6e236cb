package neox.tokenizer.model;

import java.util.Optional;
import neox.base.UserException;
import neox.tokenizer.vocabulary.Vocabulary;

/// The token that stands for what a vocabulary does not have.
///
/// @param token how it is spelled, if there is one
/// @param id its id, or [Vocabulary#MISSING]
/// @param where names the model in errors
record Unknown(Optional<String> token, int id, String where) {
  private static final int MAX_SHOWN = 20;

  static Unknown of(Optional<String> token, Vocabulary vocabulary, String where) {
    return new Unknown(token, token.map(vocabulary::id).orElse(Vocabulary.MISSING), where);
  }

  /// The id to be put for some characters; [UserException] when the vocabulary lacks it.
  int idFor(String characters) {
    if (id == Vocabulary.MISSING) {
      throw UserException.of(
          "%s: no token for \"%s\", and none for what is unknown%s; HuggingFace tokenizers refuse"
              + " such a text too",
          where,
          characters.length() <= MAX_SHOWN ? characters : characters.substring(0, MAX_SHOWN) + "…",
          token.map(name -> " (unk_token \"" + name + "\")").orElse(""));
    }
    return id;
  }
}
