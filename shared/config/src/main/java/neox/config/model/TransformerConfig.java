package neox.config.model;

/// A transformer block.
public record TransformerConfig(AttentionConfig attention, MlpConfig mlp, Residual residual)
    implements BlockConfig {

  public TransformerConfig withAttention(AttentionConfig value) {
    return new TransformerConfig(value, mlp, residual);
  }

  public TransformerConfig withMlp(MlpConfig value) {
    return new TransformerConfig(attention, value, residual);
  }

  public TransformerConfig withResidual(Residual value) {
    return new TransformerConfig(attention, mlp, value);
  }
}
