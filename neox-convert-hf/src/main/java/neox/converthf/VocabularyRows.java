package neox.converthf;

import java.util.OptionalInt;
import neox.base.UserException;

/// Which rows of embedding and head are kept of those that NeoX padded the vocabulary to
/// (`make_vocab_size_divisible_by`): what Megatron's converter calls `--true-vocab-size`.
sealed interface VocabularyRows {
  String OPTION = "--true-vocab-size";

  /// The word for as many rows as the tokenizer has tokens.
  String TOKENIZER = "tokenizer";

  /// All of them, as GPT-NeoX's converter does.
  record All() implements VocabularyRows {}

  /// As many as the tokenizer has tokens.
  record OfTokenizer() implements VocabularyRows {}

  /// The first `rows`.
  record First(int rows) implements VocabularyRows {}

  /// What the option's value says.
  static VocabularyRows parse(String text) {
    if (text.equals(TOKENIZER)) {
      return new OfTokenizer();
    }
    if (text.matches("[1-9]\\d{0,8}")) {
      return new First(Integer.parseInt(text));
    }
    throw UserException.of(
        "%s %s: expected a number of tokens above 0, or the word %s", OPTION, text, TOKENIZER);
  }

  /// The model with these rows alone.
  ///
  /// @param tokens how many the tokenizer has, if it could be opened
  default SourceModel of(SourceModel model, OptionalInt tokens) {
    return switch (this) {
      case All _ -> model;
      case OfTokenizer _ ->
          first(
              model,
              tokens,
              tokens.orElseThrow(() ->
                  UserException.of(
                      "%s %s: the tokenizer cannot be opened; give the number of its tokens",
                      OPTION, TOKENIZER)));
      case First(int rows) -> first(model, tokens, rows);
    };
  }

  private static SourceModel first(SourceModel model, OptionalInt tokens, int rows) {
    if (tokens.isPresent() && rows < tokens.getAsInt()) {
      throw UserException.of(
          "%s %d would cut off tokens: the tokenizer has %d", OPTION, rows, tokens.getAsInt());
    }
    if (rows > model.network().paddedVocab()) {
      throw UserException.of(
          "%s %d: the embedding of %s has %d rows only",
          OPTION, rows, model.origin(), model.network().paddedVocab());
    }
    return model.withVocabulary(rows);
  }
}
