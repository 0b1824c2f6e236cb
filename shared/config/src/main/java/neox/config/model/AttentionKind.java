package neox.config.model;

/// The kinds of attention that `attention_config` can name and this program computes.
public enum AttentionKind {
  /// The plain formula.
  GLOBAL,
  /// The same formula; in GPT-NeoX by another kernel.
  FLASH
}
