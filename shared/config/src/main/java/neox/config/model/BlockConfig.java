package neox.config.model;

/// One block of a network.
public sealed interface BlockConfig permits TransformerConfig, GmlpConfig {}
