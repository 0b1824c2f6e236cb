package neox.weights.neox;

import neox.config.Activation;
import neox.config.InitMethod;
import neox.config.ModelConfig;
import neox.config.Norm;
import neox.config.PositionEmbedding;

/// The architectures of the golden checkpoints: hidden 64, 4 heads, 3 layers.
public final class Models {
  /// GPT-NeoX block: rotary, parallel residual, untied head.
  public static ModelConfig pythia() {
    return pythia(256);
  }

  public static ModelConfig pythia(int mlpSize) {
    return new ModelConfig(
        3,
        64,
        4,
        4,
        64,
        64,
        Norm.LAYERNORM,
        1e-5,
        PositionEmbedding.ROTARY,
        0.25,
        10000,
        false,
        true,
        false,
        true,
        true,
        Activation.GELU,
        false,
        mlpSize,
        0,
        0,
        false,
        InitMethod.SMALL_INIT,
        InitMethod.WANG_INIT,
        0.02,
        128);
  }

  /// GPT-3 block: learned positions, sequential residual, tied head.
  public static ModelConfig gpt3() {
    return new ModelConfig(
        3,
        64,
        4,
        4,
        64,
        64,
        Norm.LAYERNORM,
        1e-5,
        PositionEmbedding.LEARNED,
        1,
        10000,
        true,
        false,
        false,
        true,
        true,
        Activation.GELU,
        false,
        256,
        0,
        0,
        false,
        InitMethod.SMALL_INIT,
        InitMethod.WANG_INIT,
        0.02,
        128);
  }

  /// LLaMA-like block: rmsnorm, swiglu, two key/value heads, no biases.
  public static ModelConfig llama() {
    return new ModelConfig(
        3,
        64,
        4,
        2,
        64,
        64,
        Norm.RMSNORM,
        1e-6,
        PositionEmbedding.ROTARY,
        1,
        10000,
        false,
        false,
        false,
        false,
        false,
        Activation.SWIGLU,
        false,
        192,
        0,
        0,
        false,
        InitMethod.SMALL_INIT,
        InitMethod.WANG_INIT,
        0.02,
        128);
  }

  private Models() {}
}
