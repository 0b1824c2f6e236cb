package neox.config;

import neox.config.table.ConfigTable;

/// What the documents of a sample have to do with each other. The keys are Megatron-LM's.
///
/// @param resetPositionIds positions begin anew with every document (`reset_position_ids`)
/// @param resetAttentionMask a token sees its own document alone (`reset_attention_mask`)
public record DocumentMask(boolean resetPositionIds, boolean resetAttentionMask) {
  /// As in GPT-NeoX: a document sees those before it in its sample.
  public static final DocumentMask NONE = new DocumentMask(false, false);

  static DocumentMask from(ConfigTable t) {
    return new DocumentMask(
        t.flag("reset_position_ids", false, "positions begin anew with every document"),
        t.flag(
            "reset_attention_mask",
            false,
            "a token sees its own document alone, and what is hidden is not computed; for the last"
                + " token of a document not to predict the next one, set eod_mask_loss, too"));
  }

  /// Whether it matters where documents begin.
  public boolean isOn() {
    return resetPositionIds || resetAttentionMask;
  }
}
