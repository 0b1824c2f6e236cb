package neox.config.model;

import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Trained vectors that stand before every text (prompt tuning, arXiv:2104.08691; NeoX's
/// `soft_prompt_tuning`). Nothing else is trained.
///
/// @param tokens how many
/// @param range they begin evenly drawn between minus and plus this
/// @param text with whose tokens' vectors they begin instead, again from its start where it is
///   shorter (arXiv:2104.08691 §3.2); may be empty
public record PromptConfig(int tokens, double range, String text) {
  /// One that is drawn.
  public PromptConfig(int tokens, double range) {
    this(tokens, range, "");
  }

  /// The key of [#tokens].
  static final String TOKENS = "soft_prompt_tuning.num_tokens";

  private static final String ENABLED = "soft_prompt_tuning.enabled";
  private static final int MOST = 1 << 16;

  static Optional<PromptConfig> from(ConfigTable t) {
    boolean enabled =
        t.flag(ENABLED, false, "train a prompt of vectors before every text, and nothing else");
    int tokens = t.integer(TOKENS, 10, Range.between(1, MOST), "vectors of the soft prompt");
    Optional<Integer> other =
        t.optional(
            "soft_prompt_tuning.n_tokens",
            ConfigType.integer(Range.between(1, MOST)),
            "the same, as the code of GPT-NeoX calls it");
    t.check(
        other.isEmpty() || tokens == 10 || tokens == other.get(),
        List.of(TOKENS, "soft_prompt_tuning.n_tokens"),
        "contradicts n_tokens (%d), another name of it, found %d",
        other.orElse(tokens),
        tokens);
    double range =
        t.real(
            "soft_prompt_tuning.init_range",
            0.5,
            Range.POSITIVE,
            "the prompt begins evenly drawn between minus and plus this");
    String text =
        t.text(
            "soft_prompt_tuning.init_string",
            "",
            "the prompt begins with the vectors of this text's tokens instead");
    return enabled
        ? Optional.of(new PromptConfig(other.orElse(tokens), range, text))
        : Optional.empty();
  }
}
