package neox.config.model;

/// The words of `attention_config`: what a block is made of.
enum BlockKind {
  /// A transformer block with the plain formula of attention.
  GLOBAL,
  /// The same formula; in GPT-NeoX by another kernel.
  FLASH,
  /// A matrix over positions instead of attention.
  GMLP,
  /// The same with a small head of attention beside it.
  AMLP
}
