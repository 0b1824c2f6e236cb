package neox.model;

import java.util.Collections;
import java.util.OptionalInt;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.Dims;
import neox.config.model.DropoutConfig;
import neox.config.model.HeadConfig;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import neox.weights.spec.NetworkSpec;

/// Configurations for tests: hidden 64, 4 heads, 3 blocks, 64 positions.
final class Configs {
  static final int VOCAB = 512;

  /// Rotary positions, parallel residual, untied head.
  static ModelConfig pythia() {
    TransformerConfig block =
        new TransformerConfig(
            AttentionConfig.PLAIN,
            new MlpConfig(Activation.GELU, false, 256, true),
            Residual.PARALLEL);
    return new ModelConfig(
        new Dims(64, 4, 4, 64, 64, 128),
        Collections.nCopies(3, block),
        new Positions.Rotary(0.25, 10_000),
        new Norm.LayerNorm(1e-5),
        new HeadConfig(false),
        DropoutConfig.NONE,
        new InitConfig(InitMethod.SMALL_INIT, InitMethod.WANG_INIT, 0.02));
  }

  /// Learned positions, sequential residual, tied head.
  static ModelConfig gpt3() {
    return pythia()
        .withTransformers(block -> block.withResidual(Residual.SEQUENTIAL))
        .withPositions(new Positions.Learned(64))
        .withHead(new HeadConfig(true));
  }

  /// Rmsnorm, swiglu, two key/value heads, no biases.
  static ModelConfig llama() {
    TransformerConfig block =
        new TransformerConfig(
            AttentionConfig.PLAIN.withBias(false),
            new MlpConfig(Activation.SWIGLU, false, 192, false),
            Residual.SEQUENTIAL);
    ModelConfig pythia = pythia();
    return pythia
        .withDims(pythia.dims().withKvHeads(2))
        .withTransformers(_ -> block)
        .withPositions(new Positions.Rotary(1, 10_000))
        .withNorm(new Norm.RmsNorm(1e-6));
  }

  static ModelConfig withActivation(ModelConfig config, Activation activation) {
    return config.withTransformers(block -> block.withMlp(block.mlp().withActivation(activation)));
  }

  static ModelConfig withWindow(ModelConfig config, int width) {
    return config.withTransformers(
        block -> block.withAttention(block.attention().withWindow(OptionalInt.of(width))));
  }

  /// The positions of that word, for networks of 64 positions.
  static Positions positions(Positions.Name name) {
    return switch (name) {
      case LEARNED -> new Positions.Learned(64);
      case ROTARY -> new Positions.Rotary(0.5, 10_000);
      case SINUSOIDAL -> new Positions.Sinusoidal();
      case RPE -> new Positions.Relative(8, 20);
      case ALIBI -> new Positions.Alibi();
      case NONE -> new Positions.None();
    };
  }

  static Norm norm(Norm.Name name) {
    return switch (name) {
      case LAYERNORM -> new Norm.LayerNorm(1e-5);
      case RMSNORM -> new Norm.RmsNorm(1e-5);
      case SCALENORM -> new Norm.ScaleNorm(1e-5);
      case NON_PARAMETRIC_LAYERNORM -> new Norm.NonParametricLayerNorm(1e-5);
    };
  }

  static NetworkSpec spec(ModelConfig config) {
    return NetworkSpec.of(config, VOCAB);
  }

  private Configs() {}
}
