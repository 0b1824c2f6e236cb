package neox.data.fim;

import neox.base.UserException;
import neox.config.FimConfig;
import neox.tokenizer.Tokenizer;

/// The tokens that announce the parts of a text.
record Sentinels(int prefix, int middle, int suffix) {
  /// How many tokens they take.
  static final int COUNT = 3;

  /// As the vocabulary has them; [UserException] where it lacks one.
  ///
  /// @param tokenizerType for the message
  static Sentinels of(FimConfig config, Tokenizer tokenizer, String tokenizerType) {
    return new Sentinels(
        id("fim_prefix_token", config.prefixToken(), tokenizer, tokenizerType),
        id("fim_middle_token", config.middleToken(), tokenizer, tokenizerType),
        id("fim_suffix_token", config.suffixToken(), tokenizer, tokenizerType));
  }

  private static int id(String key, String token, Tokenizer tokenizer, String tokenizerType) {
    return tokenizer
        .id(token)
        .orElseThrow(() ->
            UserException.of(
                "%s: the vocabulary of the %s has no token \"%s\"; add it to the tokenizer's"
                    + " file, name another token, or set fim_rate to 0",
                key, tokenizerType, token));
  }
}
