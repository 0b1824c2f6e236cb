package neox.config.model;

/// One transformer block.
public record BlockConfig(AttentionConfig attention, MlpConfig mlp, Residual residual) {

  public BlockConfig withAttention(AttentionConfig value) {
    return new BlockConfig(value, mlp, residual);
  }

  public BlockConfig withMlp(MlpConfig value) {
    return new BlockConfig(attention, value, residual);
  }

  public BlockConfig withResidual(Residual value) {
    return new BlockConfig(attention, mlp, value);
  }
}
