package neox.model;

import neox.config.Activation;
import neox.config.InitMethod;
import neox.config.ModelConfig;
import neox.config.Norm;
import neox.config.PositionEmbedding;

/// Configurations for tests, and copies of one with one thing changed.
record Configs(ModelConfig base) {
  static final int VOCAB = 512;

  static ModelConfig pythia() {
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
        10_000,
        false,
        true,
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

  static ModelConfig gpt3() {
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
        0.25,
        10_000,
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

  static ModelConfig llama() {
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
        1.0,
        10_000,
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

  ModelConfig activation(Activation activation) {
    return copy(activation, base.norm(), base.positionEmbedding(), base.rotaryPct(), 0);
  }

  ModelConfig norm(Norm norm) {
    return copy(base.activation(), norm, base.positionEmbedding(), base.rotaryPct(), 0);
  }

  ModelConfig position(PositionEmbedding position) {
    return copy(base.activation(), base.norm(), position, base.rotaryPct(), 0);
  }

  ModelConfig rotaryPct(double pct) {
    return copy(base.activation(), base.norm(), base.positionEmbedding(), pct, 0);
  }

  ModelConfig dropout(double dropout) {
    return copy(
        base.activation(), base.norm(), base.positionEmbedding(), base.rotaryPct(), dropout);
  }

  private ModelConfig copy(
      Activation activation,
      Norm norm,
      PositionEmbedding position,
      double rotaryPct,
      double dropout) {
    return new ModelConfig(
        base.layers(),
        base.hiddenSize(),
        base.heads(),
        base.kvHeads(),
        base.seqLength(),
        base.maxPositionEmbeddings(),
        norm,
        base.normEpsilon(),
        position,
        rotaryPct,
        base.rotaryBase(),
        base.tiedHead(),
        base.parallelResidual(),
        base.tiedNorm(),
        base.biasInAttention(),
        base.biasInMlp(),
        activation,
        base.tanhGelu(),
        base.mlpSize(),
        dropout,
        dropout,
        base.softmaxInFp32(),
        base.initMethod(),
        base.outputInitMethod(),
        base.initStd(),
        base.vocabDivisor());
  }

  /// The same architecture with other initializers.
  ModelConfig initializers(InitMethod input, InitMethod output) {
    return new ModelConfig(
        base.layers(),
        base.hiddenSize(),
        base.heads(),
        base.kvHeads(),
        base.seqLength(),
        base.maxPositionEmbeddings(),
        base.norm(),
        base.normEpsilon(),
        base.positionEmbedding(),
        base.rotaryPct(),
        base.rotaryBase(),
        base.tiedHead(),
        base.parallelResidual(),
        base.tiedNorm(),
        base.biasInAttention(),
        base.biasInMlp(),
        base.activation(),
        base.tanhGelu(),
        base.mlpSize(),
        base.hiddenDropout(),
        base.attentionDropout(),
        base.softmaxInFp32(),
        input,
        output,
        base.initStd(),
        base.vocabDivisor());
  }
}
