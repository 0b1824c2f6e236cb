package neox.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Fill in the middle (arXiv:2207.14255): a part of the training texts is reordered, so that a
/// model learns to write what lies between two texts. The keys are Megatron-LM's, but for the
/// level.
///
/// @param rate part of the texts that are reordered (`fim_rate`)
/// @param spmRate part of those whose suffix stands before their prefix (`fim_spm_rate`)
/// @param level what a text is (`fim_level`)
/// @param prefixToken how the tokenizer spells what announces the prefix (`fim_prefix_token`)
/// @param middleToken the same of the middle (`fim_middle_token`)
/// @param suffixToken the same of the suffix (`fim_suffix_token`)
public record FimConfig(
    double rate,
    double spmRate,
    Level level,
    String prefixToken,
    String middleToken,
    String suffixToken) {

  /// `fim_level`.
  public enum Level {
    /// What a sample holds of a document, cut between two characters.
    CONTEXT,
    /// A whole document before it is cut into samples, cut between two tokens.
    DOCUMENT
  }

  /// Empty where the rate is 0.
  static Optional<FimConfig> from(ConfigTable t) {
    FimConfig fim =
        new FimConfig(
            t.real(
                "fim_rate",
                0.0,
                Range.between(0, 1),
                "part of the training texts whose middle is moved to their end"),
            t.real(
                "fim_spm_rate",
                0.5,
                Range.between(0, 1),
                "part of those whose suffix stands before their prefix"),
            t.choice(
                "fim_level",
                Level.CONTEXT,
                "what is reordered: the part of a document that is in a sample, or the document"),
            t.text("fim_prefix_token", "<fim_prefix>", "token of the vocabulary before a prefix"),
            t.text("fim_middle_token", "<fim_middle>", "token of the vocabulary before a middle"),
            t.text("fim_suffix_token", "<fim_suffix>", "token of the vocabulary before a suffix"));
    int different =
        (int) Stream.of(fim.prefixToken, fim.middleToken, fim.suffixToken).distinct().count();
    return fim.rate == 0 ? Optional.empty() : Optional.of(fim.checked(t, different));
  }

  private FimConfig checked(ConfigTable t, int different) {
    t.check(
        different == 3,
        List.of("fim_prefix_token", "fim_middle_token", "fim_suffix_token"),
        "expected three different tokens, found \"%s\", \"%s\" and \"%s\"",
        prefixToken,
        middleToken,
        suffixToken);
    return this;
  }
}
